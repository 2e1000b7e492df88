using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one block of the quantised gated activation.</summary>
public sealed record QuantizedGatedWitness(byte[] Output, PageOpening Gate, PageOpening Up)
    : IStepWitness<QuantizedGatedWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes," + PageOpening.Tuple + "," + PageOpening.Tuple + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output, Gate.ToTuple(), Up.ToTuple()];

    /// <inheritdoc/>
    public static QuantizedGatedWitness FromTuple(object[] members) => new((byte[])members[0], PageOpening.FromTuple(members[1]), PageOpening.FromTuple(members[2]));
}
