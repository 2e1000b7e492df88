using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace TeeTee.Attestation.Tls;

/// <summary>A certificate with its private key, ready for a TLS stack.</summary>
public sealed class TlsCredential
{
    internal TlsCredential(X509Certificate2 certificate, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        (Certificate, NotBefore, NotAfter) = (certificate, notBefore, notAfter);
        // Offline: there is no chain above a self-signed certificate, and none is to be looked for.
        Context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>The certificate with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The same for <see cref="SslStream"/>.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>First second of validity.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>Last second of validity.</summary>
    public DateTimeOffset NotAfter { get; }
}
