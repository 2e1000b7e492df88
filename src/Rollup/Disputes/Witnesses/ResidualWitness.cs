using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one element of a residual.</summary>
public sealed record ResidualWitness(PageOpening Output, PageOpening Hidden, PageOpening Branch)
    : IStepWitness<ResidualWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(" + PageOpening.Tuple + "," + PageOpening.Tuple + "," + PageOpening.Tuple + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output.ToTuple(), Hidden.ToTuple(), Branch.ToTuple()];

    /// <inheritdoc/>
    public static ResidualWitness FromTuple(object[] members) => new(PageOpening.FromTuple(members[0]), PageOpening.FromTuple(members[1]), PageOpening.FromTuple(members[2]));
}
