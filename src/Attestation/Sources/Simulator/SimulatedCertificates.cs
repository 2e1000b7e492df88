using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>Makes the certificates of a simulated PKI, with the extensions that Intel's have.</summary>
internal static class SimulatedCertificates
{
    private const int SerialSize = 20;
    private const X509KeyUsageFlags EndEntityUsage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation;

    public static X509Certificate2 CreateRoot(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request("Intel SGX Root CA", key);
        AddAuthorityExtensions(request, isAuthority: true, pathLength: 1);
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(SubjectKeyId(request)));
        X509SignatureGenerator signer = X509SignatureGenerator.CreateForECDsa(key);
        using X509Certificate2 root = request.Create(request.SubjectName, signer, notBefore, notAfter, NewSerial());
        return root.CopyWithPrivateKey(key);
    }

    public static X509Certificate2 CreateAuthority(X509Certificate2 root, SimulatedAuthorityShape shape)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(shape.CommonName, key);
        AddAuthorityExtensions(request, shape.IsAuthority, pathLength: 0);
        using X509Certificate2 authority = Issue(request, root, null, shape.NotAfter);
        return authority.CopyWithPrivateKey(key);
    }

    public static X509Certificate2 CreateSigner(X509Certificate2 root)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request("Intel SGX TCB Signing", key);
        AddEndEntityExtensions(request);
        using X509Certificate2 signer = Issue(request, root, null, null);
        return signer.CopyWithPrivateKey(key);
    }

    public static X509Certificate2 CreatePck(X509Certificate2 authority, ECDsa key, SimulatedPckShape shape)
    {
        CertificateRequest request = Request(shape.CommonName, key);
        AddEndEntityExtensions(request);
        if (shape.EditSgxExtension(PckExtensionWriter.Write(shape.Platform)) is { } sgx)
            request.CertificateExtensions.Add(new X509Extension(Oids.Sgx, sgx, critical: false));
        return Issue(request, authority, shape.NotBefore, shape.NotAfter);
    }

    /// <summary>Two certificates with their keys, PEM.</summary>
    public static string Export(X509Certificate2 first, X509Certificate2 second)
    {
        using ECDsa firstKey = first.GetECDsaPrivateKey()!;
        using ECDsa secondKey = second.GetECDsaPrivateKey()!;
        return string.Join(
            '\n',
            first.ExportCertificatePem(),
            firstKey.ExportPkcs8PrivateKeyPem(),
            second.ExportCertificatePem(),
            secondKey.ExportPkcs8PrivateKeyPem(),
            "");
    }

    private static CertificateRequest Request(string commonName, ECDsa key)
    {
        X500DistinguishedNameBuilder name = new();
        name.AddCommonName(commonName);
        name.AddOrganizationName(SimulatedPki.Organisation);
        return new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
    }

    private static void AddAuthorityExtensions(CertificateRequest request, bool isAuthority, int pathLength)
    {
        const X509KeyUsageFlags usage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, isAuthority, pathLength, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
    }

    private static void AddEndEntityExtensions(CertificateRequest request)
    {
        request.CertificateExtensions.Add(new X509KeyUsageExtension(EndEntityUsage, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
    }

    private static X509Certificate2 Issue(
        CertificateRequest request, X509Certificate2 issuer, DateTimeOffset? notBefore, DateTimeOffset? notAfter)
    {
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, false));
        using ECDsa key = issuer.GetECDsaPrivateKey()!;
        X509SignatureGenerator signer = X509SignatureGenerator.CreateForECDsa(key);
        return request.Create(issuer.SubjectName, signer, notBefore ?? issuer.NotBefore, notAfter ?? issuer.NotAfter, NewSerial());
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
