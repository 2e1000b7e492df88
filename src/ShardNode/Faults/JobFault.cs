using TeeTee.Hosting.Faults;
using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.ShardProtocol.Mapping;

namespace TeeTee.ShardNode.Faults;

/// <summary>
/// A fault in one job: changes the computation where it strikes, so that everything that is committed, signed and later revealed follows from the changed
/// one. Equal faults change equally, whenever they are applied.
/// </summary>
internal sealed class JobFault : IOperatorFault
{
    // Garbage is of the size of ordinary activations.
    private const float GarbageScale = 0.25f;

    private readonly ShardFaults _owner;
    private readonly LayerRange _range;
    private readonly DisputeOperator _operator;

    public JobFault(Fault fault, ShardFaults owner, LayerRange range, int layer, int promptTokens)
    {
        (Fault, _owner, _range, Layer) = (fault, owner, range, layer);
        Position = fault.Position ?? (promptTokens - 1);
        _operator = (DisputeOperator)(fault.Operator ?? (int)DisputeOperator.AttentionOutput);
    }

    public Fault Fault { get; }

    public FaultKind Kind => Fault.Kind;

    /// <summary>Where it strikes.</summary>
    public int Position { get; }

    /// <summary>In which layer.</summary>
    public int Layer { get; }

    /// <summary>At which operator.</summary>
    public DisputeOperator Operator => _operator;

    /// <summary>Whether it computes with other weights than the model's.</summary>
    public bool HasOtherWeights => Kind is FaultKind.WeightBit or FaultKind.OtherLayer;

    /// <summary>What it computes with; null where the weights are as they are.</summary>
    public ShardModel? Model => HasOtherWeights ? _owner.ModelOf(Fault, Layer) : null;

    /// <summary>The same for a defence, owned by the caller.</summary>
    public CanonicalModel? OpenModel() => HasOtherWeights ? _owner.OpenModel(Fault, Layer) : null;

    /// <summary>The parameters of the pick after a position.</summary>
    public SamplingParameters SamplingAt(int position, SamplingParameters requested)
    {
        // At this temperature nearly every token is as likely as any other.
        const float InverseTemperature = 1f / 128;
        return Kind == FaultKind.WrongSampling && position == Position
            ? new SamplingParameters(false, BitConverter.SingleToUInt32Bits(InverseTemperature), Keccak256.Hash(BitConverter.GetBytes(Fault.Seed)))
            : requested;
    }

    /// <summary>What the shard commits to, where that is not what it computed.</summary>
    /// <param name="openings">Of all positions; changed in place.</param>
    /// <returns>Whether anything changed.</returns>
    public bool Commit(LeafOpening[] openings)
    {
        if (Position >= openings.Length || Kind != FaultKind.RandomTraceLeaf)
            return false;
        openings[Position] = openings[Position] with { Kv = Keccak256.Hash([.. BitConverter.GetBytes(Fault.Seed), .. openings[Position].Kv.ToArray()]) };
        return true;
    }

    /// <inheritdoc/>
    public bool Affects(int position) => Kind switch
    {
        FaultKind.SkipLayer => position >= Position,
        FaultKind.KvBit or FaultKind.GarbageUpstream => position == Position,
        FaultKind.WrongBoundary => TakesAnotherVector(position),
        _ => FlipsActivation && position == Position,
    };

    /// <inheritdoc/>
    public void Alter(DisputeOperator op, int layer, int position, Span<float> values)
    {
        if (Kind == FaultKind.SkipLayer && layer == Layer && position >= Position && (op is DisputeOperator.AttentionOutput or DisputeOperator.Down))
        {
            values.Clear();
        }
        else if (Kind == FaultKind.GarbageUpstream && op == DisputeOperator.FeedForwardResidual && layer == _range.End - 1 && position == Position)
        {
            Garbage(values);
        }
        else if (op == DisputeOperator.Input && TakesAnotherVector(position))
        {
            // The whole computation follows from it, so that the slot can open in a dispute what it signed to have received.
            FlipFloat(values);
        }
        else if (Strikes(op, layer, position))
        {
            FlipFloat(values);
        }
    }

    /// <inheritdoc/>
    public NormOutput AlterNorm(DisputeOperator op, int layer, int position, NormOutput output) =>
        Strikes(op, layer, position) ? output with { R = Flip(output.R) } : output;

    /// <inheritdoc/>
    public void AlterQuantized(DisputeOperator op, int layer, int position, QuantizedOutput output)
    {
        if (!Strikes(op, layer, position))
            return;
        int at = (int)(Fault.Seed % (uint)output.Values.Length);
        sbyte flipped = (sbyte)(output.Values[at] ^ 0x40);
        // -128 is no value of a quantised activation.
        output.Values[at] = flipped == sbyte.MinValue ? (sbyte)(output.Values[at] ^ 0x20) : flipped;
    }

    /// <inheritdoc/>
    public void AlterRow(DisputeOperator op, int layer, int position, int kvHead, Span<ushort> row)
    {
        bool kv = Kind == FaultKind.KvBit && op == DisputeOperator.KeyRow && layer == Layer && position == Position;
        if ((kv || Strikes(op, layer, position)) && kvHead == 0)
            row[(int)(Fault.Seed % (uint)row.Length)] ^= TopHalfMantissaBit;
    }

    /// <inheritdoc/>
    public void AlterHead(int layer, int position, int head, HeadOutput output)
    {
        if (head == 0 && Strikes(DisputeOperator.AttentionHead, layer, position))
            FlipFloat(output.Rows.AsSpan(output.Rows.Length - (output.Rows.Length / output.Maxima.Length)));
    }

    // Above the first slot is nobody whose word a boundary could contradict.
    private bool TakesAnotherVector(int position) => Kind == FaultKind.WrongBoundary && _range.First > 0 && position == Position;

    private const uint TopMantissaBit = 1u << 22;
    private const ushort TopHalfMantissaBit = 1 << 9;

    // The lies told in a dispute begin with a wrong computation too: nobody disputes a right one.
    private bool FlipsActivation => Kind is FaultKind.ActivationBit or FaultKind.RandomRootInReveal or FaultKind.RevealOffLeaf
        or FaultKind.WithholdReveal or FaultKind.WithholdAnswer or FaultKind.SelfChallenge;

    // What belongs to no layer is told with layer -1.
    private bool Strikes(DisputeOperator op, int layer, int position) => FlipsActivation && op == _operator && position == Position
        && layer == (op is DisputeOperator.Embedding or >= DisputeOperator.OutputNorm ? -1 : Layer);

    // The largest element of a block: a small one could vanish when the block is quantised, and then nothing would be wrong.
    private void FlipFloat(Span<float> values)
    {
        const int Block = 32;
        int start = (int)(Fault.Seed % (uint)values.Length) / Block * Block;
        int at = start;
        for (int i = start; i < Math.Min(start + Block, values.Length); i++)
        {
            if (MathF.Abs(values[i]) > MathF.Abs(values[at]))
                at = i;
        }
        values[at] = Flip(values[at]);
    }

    private static float Flip(float value) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) ^ TopMantissaBit);

    private void Garbage(Span<float> values)
    {
        ReadOnlySpan<byte> noise = Keccak256.Hash(BitConverter.GetBytes(Fault.Seed)).ToArray();
        for (int i = 0; i < values.Length; i++)
            values[i] = GarbageScale * ((noise[i % noise.Length] / 128f) - 1);
    }
}
