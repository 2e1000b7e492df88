namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>One thing that may be done to an ordinary quote.</summary>
/// <param name="Name">What a disagreement is reported by.</param>
/// <param name="Expected">What both verifiers are to say then.</param>
/// <param name="Weight">How many quotes of a round it gets.</param>
/// <param name="Apply">Does it.</param>
internal sealed record Mutation(string Name, Expectation Expected, int Weight, Action<QuoteDraft> Apply);
