using TeeTee.Attestation.Collateral;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>A platform family: what is signed about it, and the policy that the registry holds for it.</summary>
/// <param name="Collateral">Signed material, as C# is given it.</param>
/// <param name="Authority">Who issues its PCK certificates and signs their revocation list.</param>
internal sealed record Family(string Name, QuoteCollateral Collateral, PckAuthority Authority)
{
    /// <summary>By CollateralMapping, from the collateral.</summary>
    public TcbPolicy Policy { get; } = CollateralMapping.TryMapPlatform(Collateral, null, out TcbPolicy? policy, out string cause)
        ? policy
        : throw new InvalidOperationException($"{Name}: {cause}");

    public byte[] Fmspc => Convert.FromHexString(Policy.Fmspc);

    /// <summary>The last second at which everything signed about it holds.</summary>
    public DateTimeOffset LastSecond => DateTimeOffset.FromUnixTimeSeconds((long)Policy.ValidUntil - 1);

    /// <summary>Major versions of TDX modules that pass.</summary>
    public byte[] ModuleVersions => [.. Enumerable.Range(0, 32).Where(version => (Policy.ModuleVersions >> version & 1) == 1).Select(version => (byte)version)];
}
