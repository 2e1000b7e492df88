using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one block of a quantised norm.</summary>
public sealed record QuantizedNormWitness(byte[] Output, FlatOpening Norm, PageOpening Input, ProvenPage Weight)
    : IStepWitness<QuantizedNormWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes," + FlatOpening.Tuple + "," + PageOpening.Tuple + "," + WitnessTuples.Page + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output, Norm.ToTuple(), Input.ToTuple(), WitnessTuples.Of(Weight)];

    /// <inheritdoc/>
    public static QuantizedNormWitness FromTuple(object[] members) => new(
        (byte[])members[0], FlatOpening.FromTuple(members[1]), PageOpening.FromTuple(members[2]), WitnessTuples.ProvenPage(members[3]));
}
