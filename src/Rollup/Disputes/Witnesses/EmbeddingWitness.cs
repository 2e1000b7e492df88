using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one element of the embedding.</summary>
public sealed record EmbeddingWitness(PageOpening Output, ProvenPage Token, ProvenPage Weight)
    : IStepWitness<EmbeddingWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(" + PageOpening.Tuple + "," + WitnessTuples.Page + "," + WitnessTuples.Page + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output.ToTuple(), WitnessTuples.Of(Token), WitnessTuples.Of(Weight)];

    /// <inheritdoc/>
    public static EmbeddingWitness FromTuple(object[] members) => new(
        PageOpening.FromTuple(members[0]), WitnessTuples.ProvenPage(members[1]), WitnessTuples.ProvenPage(members[2]));
}
