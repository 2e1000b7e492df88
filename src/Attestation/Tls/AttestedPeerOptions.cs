using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tls;

/// <summary>Whom a service believes at the other end of its connections.</summary>
public sealed record AttestedPeerOptions
{
    /// <summary>The pinned root of quotes.</summary>
    public TrustedRoot Root { get; init; } = TrustedRoot.Intel;

    /// <summary>Attributes, measurements and statuses that pass.</summary>
    public QuotePolicy Policy { get; init; } = new();

    /// <summary>Where collateral comes from.</summary>
    public required ICollateralProvider Collateral { get; init; }

    /// <summary>
    /// How long a verdict is used again for the same certificate. Then, or where the collateral ends before, the certificate is judged
    /// anew, running connections included: a platform that is revoked or falls behind is cut off within this time.
    /// </summary>
    public TimeSpan VerdictAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Told of collateral that was missing and could not be fetched.</summary>
    public Action<PlatformId, Exception>? CollateralFailed { get; init; }
}
