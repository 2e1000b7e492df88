using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tls;

/// <summary>All that a verdict on a peer's certificate depends on besides its bytes.</summary>
public sealed class AttestedPeerInput
{
    /// <summary>The moment to judge at.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The pinned root of quotes.</summary>
    public required TrustedRoot Root { get; init; }

    /// <summary>What quotes must satisfy.</summary>
    public required QuotePolicy Policy { get; init; }

    /// <summary>The collateral held for a platform, or null; asked only for platforms whose PCK chain leads to the root.</summary>
    public required Func<PlatformId, QuoteCollateral?> Collateral { get; init; }

    /// <summary>
    /// What the quote's 64 bytes must be, given key, validity and claims of a certificate; or, with null, why these claims are none.
    /// </summary>
    public required Func<EvidenceCertificate, (byte[]? ReportData, string Fault)> ReportData { get; init; }
}
