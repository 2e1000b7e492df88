using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>Makes the certificates of a simulated PKI, with the extensions that Intel's have.</summary>
internal static class SimulatedCertificates
{
    private const int SerialSize = 20;

    public static X509Certificate2 CreateRoot(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request("Intel SGX Root CA", key);
        AddAuthorityExtensions(request, pathLength: 1);
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(SubjectKeyId(request)));
        X509SignatureGenerator signer = X509SignatureGenerator.CreateForECDsa(key);
        using X509Certificate2 root = request.Create(request.SubjectName, signer, notBefore, notAfter, NewSerial());
        return root.CopyWithPrivateKey(key);
    }

    public static X509Certificate2 CreatePlatformAuthority(X509Certificate2 root)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request("Intel SGX PCK Platform CA", key);
        AddAuthorityExtensions(request, pathLength: 0);
        using X509Certificate2 authority = Issue(request, root);
        return authority.CopyWithPrivateKey(key);
    }

    public static X509Certificate2 CreatePck(X509Certificate2 authority, ECDsa key, SimulatedPlatform platform)
    {
        CertificateRequest request = Request("Intel SGX PCK Certificate", key);
        const X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        byte[] sgx = PckExtensionWriter.Write(platform);
        request.CertificateExtensions.Add(new X509Extension(Oids.Sgx, sgx, critical: false));
        return Issue(request, authority);
    }

    private static CertificateRequest Request(string commonName, ECDsa key)
    {
        X500DistinguishedNameBuilder name = new();
        name.AddCommonName(commonName);
        name.AddOrganizationName(SimulatedPki.Organisation);
        return new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
    }

    private static void AddAuthorityExtensions(CertificateRequest request, int pathLength)
    {
        const X509KeyUsageFlags usage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLength, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
    }

    private static X509Certificate2 Issue(CertificateRequest request, X509Certificate2 issuer)
    {
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, false));
        using ECDsa key = issuer.GetECDsaPrivateKey()!;
        X509SignatureGenerator signer = X509SignatureGenerator.CreateForECDsa(key);
        return request.Create(issuer.SubjectName, signer, issuer.NotBefore, issuer.NotAfter, NewSerial());
    }

    private static X509SubjectKeyIdentifierExtension SubjectKeyId(CertificateRequest request) =>
        request.CertificateExtensions.OfType<X509SubjectKeyIdentifierExtension>().Single();

    /// <summary>20 random bytes, positive and without a redundant leading zero (RFC 5280 4.1.2.2).</summary>
    private static byte[] NewSerial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(SerialSize);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
