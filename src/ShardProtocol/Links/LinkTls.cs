using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Tls;

namespace TeeTee.ShardProtocol.Links;

/// <summary>The TLS settings of both ends of a link: TLS 1.3 only, certificates on both sides, no resumption, nothing fetched to judge a chain.</summary>
public static class LinkTls
{
    /// <summary>Settings of the side that listens, for one connection.</summary>
    /// <param name="identity">What it proves to be.</param>
    /// <param name="admit">Judges the client's certificate; null where it has none. Must not block.</param>
    public static SslServerAuthenticationOptions Server(TlsIdentity identity, Func<X509Certificate?, bool> admit)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ServerCertificateContext = identity.Current.Context,
            ClientCertificateRequired = true,
            // A resumed session shows no certificate: every connection attests anew.
            AllowTlsResume = false,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = ChainPolicy(),
            RemoteCertificateValidationCallback = (_, certificate, _, _) => admit(certificate),
        };
    }

    /// <summary>Settings of the side that dials.</summary>
    /// <param name="identity">What it proves to be; asked for at each connection.</param>
    /// <param name="admit">Judges the server's certificate. Must not block.</param>
    public static SslClientAuthenticationOptions Client(TlsIdentity identity, Func<X509Certificate?, bool> admit) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Current.Certificate,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, _, _) => admit(certificate),
    };

    // The platform builds a chain before it asks; a hostile certificate must not make it fetch one.
    private static X509ChainPolicy ChainPolicy() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
    };
}
