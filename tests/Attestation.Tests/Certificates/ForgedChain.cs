using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.Attestation.Tests.Certificates;

/// <summary>A correctly signed chain that may break one rule; the defaults break none.</summary>
internal sealed record ForgedChain
{
    private const string Country = ",O=Test";

    public string LeafName { get; init; } = "Intel SGX PCK Certificate";

    public string IntermediateName { get; init; } = "Intel SGX PCK Platform CA";

    /// <summary>The issuer that the leaf names; the intermediate's name where null.</summary>
    public string? LeafIssuerName { get; init; }

    public bool LeafIsAuthority { get; init; }

    public bool IntermediateIsAuthority { get; init; } = true;

    public bool IntermediateMaySign { get; init; } = true;

    public bool RootIsAuthority { get; init; } = true;

    public int RootPathLength { get; init; } = 1;

    public bool LeafSignedByRoot { get; init; }

    public DateTimeOffset IntermediateNotAfter { get; init; } = QuoteFixture.Now.AddDays(1);

    public X509Extension[] LeafExtensions { get; init; } =
        [new(Oids.Sgx, PckExtensionWriter.Write(new SimulatedPlatform()), critical: false)];

    public ECCurve LeafCurve { get; init; } = ECCurve.NamedCurves.nistP256;

    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    /// <summary>PEM of leaf, intermediate and root.</summary>
    public string[] Build()
    {
        using var root = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var intermediate = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = ECDsa.Create(LeafCurve);
        const string rootName = "Intel SGX Root CA";
        DateTimeOffset end = QuoteFixture.Now.AddDays(1);
        return
        [
            Issue(LeafName, leaf, LeafIssuerName ?? IntermediateName, LeafSignedByRoot ? root : intermediate, end,
                [Constraints(LeafIsAuthority, 0), .. LeafExtensions]),
            Issue(IntermediateName, intermediate, rootName, root, IntermediateNotAfter,
                [Constraints(IntermediateIsAuthority, 0), Usage(IntermediateMaySign)]),
            Issue(rootName, root, rootName, root, end, [Constraints(RootIsAuthority, RootPathLength), Usage(true)]),
        ];
    }

    /// <summary>The cause for which the chain is refused under its own root; empty where it is accepted.</summary>
    public string Verify() => Verify(Build());

    public static string Verify(params string[] certificates)
    {
        var root = TrustedRoot.FromCertificate(Encoding.ASCII.GetBytes(certificates[^1]));
        byte[] pem = Encoding.ASCII.GetBytes(string.Join('\n', certificates));
        bool accepted = PckChain.TryVerify(pem, root, QuoteFixture.Now, null, out PckChain? chain, out string cause);
        Assert.Equal(accepted, chain is not null);
        Assert.Equal(accepted, cause.Length == 0);
        return cause;
    }

    private string Issue(
        string name, ECDsa key, string issuerName, ECDsa issuer, DateTimeOffset notAfter, X509Extension[] extensions)
    {
        CertificateRequest request = new($"CN={name}{Country}", key, HashAlgorithmName.SHA256);
        CertificateRequest signing = new(request.SubjectName, request.PublicKey, Hash);
        foreach (X509Extension extension in extensions)
            signing.CertificateExtensions.Add(extension);
        using X509Certificate2 certificate = signing.Create(
            new X500DistinguishedName($"CN={issuerName}{Country}"),
            X509SignatureGenerator.CreateForECDsa(issuer),
            QuoteFixture.Now.AddDays(-1),
            notAfter,
            [1, 2, 3]);
        return certificate.ExportCertificatePem();
    }

    private static X509BasicConstraintsExtension Constraints(bool isAuthority, int pathLength) =>
        new(isAuthority, isAuthority, pathLength, critical: true);

    private static X509KeyUsageExtension Usage(bool maySign) =>
        new(maySign ? X509KeyUsageFlags.KeyCertSign : X509KeyUsageFlags.DigitalSignature, critical: true);
}
