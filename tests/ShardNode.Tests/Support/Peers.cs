using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Tls;
using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.Links;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>Clients of the test's own, which believe every server, so that what a shard refuses is seen from outside.</summary>
internal static class Peers
{
    /// <summary>A sequencer's certificate, vouched for by a poster key.</summary>
    public static X509Certificate2 SequencerOf(
        IDigestSigner poster, RollupDomain? domain = null, DateTimeOffset? from = null, DateTimeOffset? until = null, Func<CertificateDraft, CertificateDraft>? vouchedFor = null)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using CertificateDraft draft = new(from ?? now.AddHours(-1), until ?? now.AddHours(23));
        return draft.Complete(SequencerVoucher.Create(vouchedFor?.Invoke(draft) ?? draft, domain ?? Cluster.Domain, poster));
    }

    /// <summary>A channel that presents a certificate, or none, and takes the server for whoever it is.</summary>
    public static GrpcChannel Channel(Uri address, X509Certificate2? certificate) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        MaxReceiveMessageBytes = 64 << 20,
        MaxSendMessageBytes = 64 << 20,
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        },
    });
}
