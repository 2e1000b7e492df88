using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Tests.Collateral;

/// <summary>A small certification authority for tests: signs collateral of any date and content below its own root.</summary>
internal sealed class CollateralFixture : IDisposable
{
    public const string Fmspc = "00806f050000";

    public static readonly PlatformId Platform = new(Fmspc, PckAuthority.Platform);

    public static readonly DateTimeOffset Issued = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string s_components = string.Join(',', Enumerable.Repeat("{\"svn\":0}", 16));

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _platform;
    private readonly X509Certificate2 _processor;
    private readonly X509Certificate2 _signer;

    /// <param name="crlAddress">Where the root certificate says its list is; null for nowhere.</param>
    public CollateralFixture(Uri? crlAddress = null)
    {
        _root = Make("Intel SGX Root CA", null, true, crlAddress);
        _platform = Make("Intel SGX PCK Platform CA", _root, true);
        _processor = Make("Intel SGX PCK Processor CA", _root, true);
        _signer = Make("Intel SGX TCB Signing", _root, false);
        Root = TrustedRoot.FromCertificate(_root.RawData);
    }

    public TrustedRoot Root { get; }

    /// <summary>The root certificate, as a verifier is given it.</summary>
    public string RootPem => _root.ExportCertificatePem();

    public QuoteCollateral Make(CollateralShape? wanted = null)
    {
        CollateralShape shape = wanted ?? new CollateralShape();
        byte[] tcbInfo = Encoding.UTF8.GetBytes(
            $$"""{"id":"{{shape.TcbId}}","version":3,"issueDate":"{{Date(shape.Issued)}}","nextUpdate":"{{Date(shape.Issued + shape.Life)}}","fmspc":"{{shape.Fmspc.ToUpperInvariant()}}","pceId":"0000","tcbType":0,"tcbEvaluationDataNumber":{{shape.Evaluation}}, "tdxModule":{"mrsigner":"{{Zeros(48)}}","attributes":"{{Zeros(8)}}","attributesMask":"{{Zeros(8)}}"},"tcbLevels":[{"tcb":{"sgxtcbcomponents":[{{s_components}}],"pcesvn":1,"tdxtcbcomponents":[{{s_components}}]},"tcbDate":"{{Date(Issued)}}","tcbStatus":"UpToDate"}]}""");
        byte[] identity = Encoding.UTF8.GetBytes(
            $$"""{"id":"{{shape.QeId}}","version":2,"issueDate":"{{Date(shape.Issued)}}","nextUpdate":"{{Date(shape.Issued + shape.Life)}}","tcbEvaluationDataNumber":{{shape.QeEvaluation ?? shape.Evaluation}},"miscselect":"{{Zeros(4)}}","miscselectMask":"{{Zeros(4)}}","attributes":"{{Zeros(16)}}","attributesMask":"{{Zeros(16)}}","mrsigner":"{{Zeros(32)}}","isvprodid":2,"tcbLevels":[{"tcb":{"isvsvn":1},"tcbDate":"{{Date(Issued)}}","tcbStatus":"UpToDate"}]}""");
        X509Certificate2 authority = shape.Authority == PckAuthority.Platform ? _platform : _processor;
        return new QuoteCollateral
        {
            PckCrlIssuerChain = Chain(authority),
            RootCaCrl = List(_root, shape.RootListIssued ?? shape.Issued, TimeSpan.FromDays(365), 0),
            PckCrl = List(authority, shape.ListIssued ?? shape.Issued, shape.Life, shape.Revoked),
            TcbInfoIssuerChain = Chain(_signer),
            TcbInfo = tcbInfo,
            TcbInfoSignature = Sign(tcbInfo),
            QeIdentityIssuerChain = Chain(_signer),
            QeIdentity = identity,
            QeIdentitySignature = Sign(identity),
        };
    }

    public void Dispose()
    {
        foreach (X509Certificate2 certificate in new[] { _root, _platform, _processor, _signer })
            certificate.Dispose();
    }

    private byte[] Chain(X509Certificate2 certificate) =>
        Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n" + _root.ExportCertificatePem() + "\n");

    private byte[] Sign(byte[] document)
    {
        using ECDsa key = _signer.GetECDsaPrivateKey()!;
        return key.SignData(document, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static byte[] List(X509Certificate2 issuer, DateTimeOffset thisUpdate, TimeSpan life, int revoked)
    {
        CertificateRevocationListBuilder list = new();
        for (int i = 0; i < revoked; i++)
            list.AddEntry([1, (byte)(i >> 8), (byte)i], thisUpdate);
        return list.Build(issuer, 1, thisUpdate + life, HashAlgorithmName.SHA256, thisUpdate: thisUpdate);
    }

    private static string Zeros(int bytes) => new('0', 2 * bytes);

    private static string Date(DateTimeOffset date) => date.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static X509Certificate2 Make(string name, X509Certificate2? issuer, bool authority, Uri? crlAddress = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}, O=Test", key, HashAlgorithmName.SHA256);
        X509KeyUsageFlags usage = authority ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign : X509KeyUsageFlags.DigitalSignature;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, authority, issuer is null ? 1 : 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (crlAddress is not null)
            request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([crlAddress.AbsoluteUri]));
        DateTimeOffset notAfter = Issued.AddYears(10);
        if (issuer is null)
            return request.CreateSelfSigned(Issued.AddYears(-1), notAfter);
        using X509Certificate2 made = request.Create(issuer, Issued.AddYears(-1).AddDays(1), notAfter, [1, 2, (byte)name.Length]);
        return made.CopyWithPrivateKey(key);
    }
}
