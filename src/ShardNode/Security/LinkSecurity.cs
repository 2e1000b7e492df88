using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Tls;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;
using TeeTee.Rollup.Links;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardProtocol.Links;

namespace TeeTee.ShardNode.Security;

/// <summary>What a shard proves on its connections, and whom it believes on them (docs/attested-tls.md).</summary>
internal sealed class LinkSecurity
{
    private const string Part = "certificate";

    private LinkSecurity(ShardClaims self, TlsIdentity identity, LinkVerifier verifier, ILogger logger) =>
        (Self, Identity, Verifier, Logger) = (self, identity, verifier, logger);

    public ShardClaims Self { get; }

    public TlsIdentity Identity { get; }

    public LinkVerifier Verifier { get; }

    public ILogger Logger { get; }

    /// <summary>Has the first certificate quoted.</summary>
    /// <exception cref="FailureException"><c>no_quote</c>: the quote source gives none.</exception>
    public static async Task<LinkSecurity> CreateAsync(
        ShardNodeOptions options, ShardSelf self, IQuoteSource quotes, AttestedPeerOptions trust, Readiness readiness, ILogger logger,
        CancellationToken cancellationToken)
    {
        ShardClaims claims = new(
            self.Domain.ChainId, self.Domain.Rollup, self.Slot.ModelId, self.Slot.SlotId, self.Slot.Operator, self.SigningKey, self.EncryptionKey);
        TlsIdentity identity = new(
            Told(options, readiness, logger), (draft, token) => ShardAttestation.CreateAsync(draft, claims, quotes, token), options.Clock);
        try
        {
            await identity.RenewAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new FailureException(ExitCode.Unreachable, "no_quote", $"No quote can be had for this shard's certificate: {e.Message}", e);
        }
        LinkVerifier verifier = new(self.Domain, Secp256k1Recovery.Instance, trust with
        {
            CollateralFailed = (platform, fault) => ShardLog.CollateralMissing(logger, platform.Fmspc, fault.Message),
        }, options.Clock);
        return new LinkSecurity(claims, identity, verifier, logger);
    }

    /// <summary>Why a caller has no business at this shard whatever it calls; null if it may ask.</summary>
    public PeerError? FindRefusal(LinkVerdict verdict)
    {
        if (!verdict.Accepted)
            return verdict.Error;
        return verdict.Caller is AttestedShard { Claims: { } claims } && claims.ModelId != Self.ModelId
            ? new PeerError(PeerStage.Identity, $"slot {claims.Slot} serves model {claims.ModelId}, not {Self.ModelId}")
            : null;
    }

    private static TlsIdentityOptions Told(ShardNodeOptions options, Readiness readiness, ILogger logger) => new()
    {
        Validity = options.CertificateValidity,
        Renewed = until =>
        {
            readiness.Clear(Part);
            ShardLog.CertificateRenewed(logger, until);
        },
        Failed = (fault, until) =>
        {
            ShardLog.RenewalFailed(logger, until, fault.Message);
            if (until - options.Clock.GetUtcNow() < options.CertificateValidity / 6)
                readiness.Block(Part, $"The certificate runs out {until:u} and cannot be renewed: {fault.Message}");
        },
    };
}
