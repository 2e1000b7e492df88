using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one element of a stored key row, which is the output.</summary>
public sealed record KeyRowWitness(byte[] Output, PageOpening First, PageOpening Second, ProvenPage Cosine, ProvenPage Sine)
    : IStepWitness<KeyRowWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes," + PageOpening.Tuple + "," + PageOpening.Tuple + "," + WitnessTuples.Page + "," + WitnessTuples.Page + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output, First.ToTuple(), Second.ToTuple(), WitnessTuples.Of(Cosine), WitnessTuples.Of(Sine)];

    /// <inheritdoc/>
    public static KeyRowWitness FromTuple(object[] members) => new(
        (byte[])members[0], PageOpening.FromTuple(members[1]), PageOpening.FromTuple(members[2]), WitnessTuples.ProvenPage(members[3]), WitnessTuples.ProvenPage(members[4]));
}
