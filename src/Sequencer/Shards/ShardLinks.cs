using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Tls;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Hosting.Failures;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.Links;

namespace TeeTee.Sequencer.Shards;

/// <summary>
/// Opens channels to shards: over TLS, where the sequencer's key is vouched for by its poster key and the shard must be attested
/// (docs/attested-tls.md), or in the clear where plain links were asked for. Renews the sequencer's certificate.
/// </summary>
internal sealed class ShardLinks : BackgroundService
{
    private readonly SequencerOptions _options;
    private readonly TlsIdentity _identity;
    private readonly LinkVerifier? _verifier;

    public ShardLinks(SequencerOptions options, RollupDomain domain, ILogger<ShardLinks> log)
    {
        _options = options;
        TlsIdentityOptions told = new()
        {
            Renewed = until => SequencerLog.CertificateRenewed(log, until),
            Failed = (fault, until) => SequencerLog.RenewalFailed(log, until, fault.Message),
        };
        _identity = new TlsIdentity(told, (draft, _) => Task.FromResult(SequencerVoucher.Create(draft, domain, options.Key)), options.Clock);
        if (options.PlainLinks)
            return;
        AttestedPeerOptions trust = new()
        {
            Root = options.TrustedRoot,
            Policy = options.QuotePolicy ?? new QuotePolicy { AllowSimulated = options.AllowSimulatedTee },
            Collateral = options.Collateral!,
            CollateralFailed = (platform, fault) => SequencerLog.CollateralMissing(log, platform.Fmspc, fault.Message),
        };
        _verifier = new LinkVerifier(domain, Secp256k1Recovery.Instance, trust, options.Clock);
    }

    /// <summary>Refuses addresses that the links of these options cannot be to, and attested links without collateral.</summary>
    /// <exception cref="FailureException"><c>plain_link_refused</c>, <c>no_collateral</c>, or <c>bad_setting</c> for an https address of plain links.</exception>
    public static void Require(SequencerOptions options)
    {
        string scheme = options.PlainLinks ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        if (options.Shards.FirstOrDefault(shard => shard.Endpoint.Scheme != scheme) is { } other)
        {
            throw new FailureException(ExitCode.Configuration, options.PlainLinks ? "bad_setting" : "plain_link_refused",
                $"The shard at {other.Endpoint} is not reached over {scheme}, as the links of this sequencer are.");
        }
        if (!options.PlainLinks && options.Collateral is null)
            throw new FailureException(ExitCode.Configuration, "no_collateral", "Shards' quotes cannot be judged without collateral.");
    }

    /// <summary>Opens a channel; it connects with its first call.</summary>
    public (GrpcChannel Channel, LinkClient? Client) Open(ShardEndpoint shard, GrpcChannelOptions channel)
    {
        LinkClient? client = _verifier is null ? null : new LinkClient(_identity, _verifier, claims => FindOther(shard, claims), _options.Clock);
        channel.SslOptions = client?.Options;
        return (GrpcChannel.ForAddress(shard.Endpoint, channel), client);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _identity.RenewAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _identity.RunAsync(stoppingToken);

    private string? FindOther(ShardEndpoint shard, ShardClaims claims)
    {
        if (shard.SlotId is { } slot && claims.Slot != slot)
            return $"the slot is {claims.Slot} by its certificate and should be {slot}";
        return _options.Models.Any(offer => offer.ModelId == claims.ModelId) ? null : $"it serves model {claims.ModelId}, which is not on offer";
    }
}
