using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>How a simulated PCK certificate and its chain depart from the ordinary ones; what tests forge, correctly signed.</summary>
internal sealed record SimulatedPckShape
{
    /// <summary>What the SGX extension says.</summary>
    public SimulatedPlatform Platform { get; init; } = new();

    /// <summary>Which authority issues the certificate.</summary>
    public PckAuthority Authority { get; init; } = PckAuthority.Platform;

    /// <summary>An authority of the test's own instead.</summary>
    public X509Certificate2? Intermediate { get; init; }

    public string CommonName { get; init; } = "Intel SGX PCK Certificate";

    /// <summary>Start of validity; the issuer's where null.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>End of validity; the issuer's where null.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Changes to the encoded SGX extension; null leaves it out.</summary>
    public Func<byte[], byte[]?> EditSgxExtension { get; init; } = extension => extension;

    /// <summary>Changes to the PEM texts of leaf, intermediate and root.</summary>
    public Func<string[], string[]> EditChain { get; init; } = chain => chain;
}
