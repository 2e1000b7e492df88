using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one block of the quantised heads; the heads are those that it touches, ascending.</summary>
public sealed record QuantizedHeadsWitness(byte[] Output, IReadOnlyList<HeadRowOpening> Heads)
    : IStepWitness<QuantizedHeadsWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes," + HeadRowOpening.Tuple + "[])");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output, WitnessTuples.All(Heads, item => item.ToTuple())];

    /// <inheritdoc/>
    public static QuantizedHeadsWitness FromTuple(object[] members) => new((byte[])members[0], [.. ((object[])members[1]).Select(HeadRowOpening.FromTuple)]);
}
