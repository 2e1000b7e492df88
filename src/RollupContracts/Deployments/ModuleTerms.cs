namespace TeeTee.RollupContracts;

/// <summary>The terms of every kind of dispute behind the hub.</summary>
public sealed record ModuleTerms
{
    /// <summary>Of doubts about quotes.</summary>
    public required ChallengeTerms Quotes { get; init; }

    /// <summary>Of disputes about computations.</summary>
    public required DisputeTerms Game { get; init; }

    /// <summary>Of a poster's faults, and of demands for data, answers and weights.</summary>
    public required FaultTerms Faults { get; init; }

    /// <summary>Terms in proportion to the parameters.</summary>
    public static ModuleTerms For(RollupParameters parameters) =>
        new() { Quotes = ChallengeTerms.For(parameters), Game = DisputeTerms.For(parameters), Faults = FaultTerms.For(parameters) };
}
