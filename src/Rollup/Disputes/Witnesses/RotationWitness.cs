using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one element of the rotated query. The tables are empty beyond the rotated dimensions, and the second page too.</summary>
public sealed record RotationWitness(PageOpening Output, PageOpening First, PageOpening Second, ProvenPage Cosine, ProvenPage Sine)
    : IStepWitness<RotationWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(" + PageOpening.Tuple + "," + PageOpening.Tuple + "," + PageOpening.Tuple + "," + WitnessTuples.Page + "," + WitnessTuples.Page + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output.ToTuple(), First.ToTuple(), Second.ToTuple(), WitnessTuples.Of(Cosine), WitnessTuples.Of(Sine)];

    /// <inheritdoc/>
    public static RotationWitness FromTuple(object[] members) => new(
        PageOpening.FromTuple(members[0]), PageOpening.FromTuple(members[1]), PageOpening.FromTuple(members[2]), WitnessTuples.ProvenPage(members[3]), WitnessTuples.ProvenPage(members[4]));
}
