using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tls;

/// <summary>The outcome of judging a peer's certificate.</summary>
public sealed record AttestedPeerVerdict
{
    /// <summary>Whether every check passed.</summary>
    [MemberNotNullWhen(true, nameof(Certificate), nameof(Quote))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Accepted => Error is null;

    /// <summary>The stage that refused and why; null on acceptance.</summary>
    public required PeerError? Error { get; init; }

    /// <summary>The certificate, where it could be read.</summary>
    public EvidenceCertificate? Certificate { get; init; }

    /// <summary>The verdict on its quote, where one was reached.</summary>
    public QuoteVerdict? Quote { get; init; }

    /// <summary>The last moment at which certificate and everything behind its quote are valid. A connection is not used beyond it.</summary>
    public DateTimeOffset Expires { get; init; }

    /// <summary>The platform whose collateral was missing, at stage <see cref="PeerStage.Collateral"/>.</summary>
    public PlatformId? Missing { get; init; }
}
