using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one row of a projection over one weight page; the previous accumulator is empty at the first page.</summary>
public sealed record MatrixWitness(PageOpening Output, PageOpening Previous, IReadOnlyList<FlatOpening> Inputs, ProvenPage Weight)
    : IStepWitness<MatrixWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(" + PageOpening.Tuple + "," + PageOpening.Tuple + "," + FlatOpening.Tuple + "[]," + WitnessTuples.Page + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output.ToTuple(), Previous.ToTuple(), WitnessTuples.All(Inputs, item => item.ToTuple()), WitnessTuples.Of(Weight)];

    /// <inheritdoc/>
    public static MatrixWitness FromTuple(object[] members) => new(
        PageOpening.FromTuple(members[0]), PageOpening.FromTuple(members[1]), [.. ((object[])members[2]).Select(FlatOpening.FromTuple)], WitnessTuples.ProvenPage(members[3]));
}
