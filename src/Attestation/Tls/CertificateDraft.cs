using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Primitives;

namespace TeeTee.Attestation.Tls;

/// <summary>
/// A certificate in the making: a fresh P-256 key that never leaves the process, and the validity that the evidence has to bind. The
/// evidence is made about these, then <see cref="Complete"/> puts it in and signs with the key itself.
/// </summary>
public sealed class CertificateDraft : IDisposable
{
    private const int SerialSize = 16;

    private static readonly X500DistinguishedName s_name = new("CN=TeeTee link");

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Draws the key.</summary>
    /// <param name="notBefore">First moment of validity; cut to whole seconds.</param>
    /// <param name="notAfter">Last moment of validity; cut to whole seconds.</param>
    /// <exception cref="ArgumentException">The end is not after the start.</exception>
    public CertificateDraft(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        (NotBefore, NotAfter) = (Whole(notBefore), Whole(notAfter));
        if (NotAfter <= NotBefore)
            throw new ArgumentException($"Valid from {NotBefore:u} to {NotAfter:u}.", nameof(notAfter));
        SubjectPublicKeyInfo = _key.ExportSubjectPublicKeyInfo();
        PublicKeyHash = Keccak256.Hash(SubjectPublicKeyInfo.Span);
    }

    /// <summary>The public key, DER.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>Keccak-256 of <see cref="SubjectPublicKeyInfo"/>.</summary>
    public Bytes32 PublicKeyHash { get; }

    /// <summary>First second of validity.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>Last second of validity.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>The certificate with its private key, in memory only. The draft may be disposed afterwards.</summary>
    /// <exception cref="ArgumentException">The evidence is longer than readers take.</exception>
    public X509Certificate2 Complete(CertificateEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        CertificateRequest request = new(s_name, _key, HashAlgorithmName.SHA256);
        Add(request, EvidenceOids.Quote, evidence.Quote);
        Add(request, EvidenceOids.Claims, evidence.Claims);
        Add(request, EvidenceOids.Voucher, evidence.Voucher);
        X509SignatureGenerator signer = X509SignatureGenerator.CreateForECDsa(_key);
        using X509Certificate2 bare = request.Create(s_name, signer, NotBefore, NotAfter, NewSerial());
        return bare.RawData.Length <= EvidenceCertificateReader.MaxBytes
            ? bare.CopyWithPrivateKey(_key)
            : throw new ArgumentException($"A certificate of {bare.RawData.Length} bytes; at most {EvidenceCertificateReader.MaxBytes}.", nameof(evidence));
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static DateTimeOffset Whole(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static void Add(CertificateRequest request, string oid, ReadOnlyMemory<byte> value)
    {
        if (value.IsEmpty)
            return;
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.WriteOctetString(value.Span);
        request.CertificateExtensions.Add(new X509Extension(oid, writer.Encode(), critical: false));
    }

    /// <summary>Positive and without a redundant leading zero (RFC 5280 4.1.2.2).</summary>
    private static byte[] NewSerial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(SerialSize);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
