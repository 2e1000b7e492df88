namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>What the two verifiers are to say of a quote.</summary>
internal enum Expectation
{
    /// <summary>Both accept.</summary>
    Accepted,

    /// <summary>Both refuse.</summary>
    Refused,

    /// <summary>Both say the same, whatever it is.</summary>
    Agreed,

    /// <summary>A difference that contracts/README.md names: C# accepts, the chain refuses.</summary>
    OnlyChainRefuses,

    /// <summary>A difference that contracts/README.md names: the chain accepts, C# refuses.</summary>
    OnlyCSharpRefuses,
}
