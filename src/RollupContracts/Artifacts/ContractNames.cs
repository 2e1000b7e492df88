namespace TeeTee.RollupContracts;

/// <summary>The contracts that a deployment has.</summary>
internal static class ContractNames
{
    public const string Rollup = "TeeTeeRollup";
    public const string Registry = "HostRegistry";
    public const string Credits = "Credits";
    public const string TcbRegistry = "TcbRegistry";
    public const string TdxQuoteVerifier = "TdxQuoteVerifier";
    public const string QuoteChallenges = "QuoteChallenges";
    public const string DisputeHub = "DisputeHub";
    public const string DisputeGame = "DisputeGame";

    public static IReadOnlyList<string> All { get; } = [Rollup, Registry, Credits, TcbRegistry, TdxQuoteVerifier, QuoteChallenges];
}
