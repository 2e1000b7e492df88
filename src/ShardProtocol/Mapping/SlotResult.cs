using Google.Protobuf;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>What one slot commits to about one job: its signed receipt and its leaf list, with what the leaves open to.</summary>
/// <param name="Receipt">The signed receipt.</param>
/// <param name="Leaves">32 bytes per position.</param>
/// <param name="Openings"><see cref="TraceOpenings.Size"/> bytes per position; see there.</param>
public sealed record SlotResult(Signed<ShardReceipt> Receipt, ReadOnlyMemory<byte> Leaves, ReadOnlyMemory<byte> Openings)
{
    /// <summary>Reads a result that has one leaf and one opening per position of the receipt. Whether they fit is not checked.</summary>
    public static SlotResult Read(ShardResult wire)
    {
        ArgumentNullException.ThrowIfNull(wire);
        Signed<ShardReceipt> receipt = wire.Receipt.Read<ShardReceipt>("receipt");
        long positions = receipt.Message.Positions;
        return new SlotResult(
            receipt, Sized(wire.Leaves, positions, Bytes32.Size, "leaves"), Sized(wire.Openings, positions, TraceOpenings.Size, "openings"));
    }

    public ShardResult ToWire() => new()
    {
        Receipt = Receipt.ToWire(),
        Leaves = ByteString.CopyFrom(Leaves.Span),
        Openings = ByteString.CopyFrom(Openings.Span),
    };

    public bool Equals(SlotResult? other) => other is not null && Receipt == other.Receipt
        && Leaves.Span.SequenceEqual(other.Leaves.Span) && Openings.Span.SequenceEqual(other.Openings.Span);

    public override int GetHashCode() => Receipt.GetHashCode();

    private static ReadOnlyMemory<byte> Sized(ByteString field, long positions, int size, string name) => field.Length == positions * size
        ? field.Memory
        : throw new WireFormatException($"{name} has {field.Length} bytes; {positions} positions have {positions * size}.");
}
