using TeeTee.Hosting.Faults;
using TeeTee.Inference.Models;
using TeeTee.Numerics.Operators;

namespace TeeTee.ShardNode.Faults;

/// <summary>Faults of the weights: another tensor in a tensor's place.</summary>
internal static class WeightFault
{
    /// <summary>The substitution that a fault makes.</summary>
    /// <exception cref="ArgumentException">The fault is none of the weights.</exception>
    public static TensorSubstitution Substitution(Fault fault, int layer, int layers) => fault.Kind switch
    {
        FaultKind.WeightBit => (role, at, read) =>
            at == layer && role == RoleOf(fault.Operator) ? Flip(read(role, at), fault.Seed) : read(role, at),
        FaultKind.OtherLayer => (role, at, read) => at == layer ? Move(read(role, (layer + 1) % layers), at) : read(role, at),
        _ => throw new ArgumentException($"{fault.Kind} leaves the weights as they are.", nameof(fault)),
    };

    // The second highest bit of one weight: large enough to be seen behind every rounding.
    private static CanonicalTensor Flip(CanonicalTensor tensor, uint seed)
    {
        const int ScaleBytes = 2;
        byte[] data = tensor.Data.ToArray();
        int blocks = data.Length / CanonicalTensor.BlockBytes;
        int block = (int)(seed % (uint)blocks);
        data[(block * CanonicalTensor.BlockBytes) + ScaleBytes + (int)(seed / (uint)blocks % CanonicalTensor.BlockColumns)] ^= 0x20;
        return Wrap(tensor, tensor.Layer, data);
    }

    private static CanonicalTensor Move(CanonicalTensor tensor, int layer) => Wrap(tensor, layer, tensor.Data);

    private static CanonicalTensor Wrap(CanonicalTensor tensor, int layer, ReadOnlyMemory<byte> data) =>
        new(tensor.Role, layer, tensor.Type, tensor.Rows, tensor.Columns, data);

    private static TensorRole RoleOf(int? number) => (DisputeOperator?)number switch
    {
        DisputeOperator.Query => TensorRole.AttentionQuery,
        DisputeOperator.Key => TensorRole.AttentionKey,
        DisputeOperator.Value => TensorRole.AttentionValue,
        DisputeOperator.Gate => TensorRole.FeedForwardGate,
        DisputeOperator.Up => TensorRole.FeedForwardUp,
        DisputeOperator.Down => TensorRole.FeedForwardDown,
        _ => TensorRole.AttentionOutput,
    };
}
