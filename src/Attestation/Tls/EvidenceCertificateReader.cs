using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Tls;

/// <summary>
/// Reads link certificates: X.509 v3 (RFC 5280), self-signed by a P-256 key with SHA-256, with the extensions of
/// <see cref="EvidenceOids"/> and no other, so that nothing rides along that neither quote nor voucher can bind.
/// </summary>
public static class EvidenceCertificateReader
{
    /// <summary>The longest certificate that is looked at; quotes have 5 to 8 kB.</summary>
    public const int MaxBytes = 32 * 1024;

    private const int LongestName = 256;
    private const int LongestSerial = 20;

    /// <summary>Reads a certificate into a copy of its own.</summary>
    /// <returns>False with a cause for anything else.</returns>
    public static bool TryRead(ReadOnlySpan<byte> der, [NotNullWhen(true)] out EvidenceCertificate? certificate, out string cause)
    {
        certificate = null;
        cause = "";
        if (der.Length > MaxBytes)
        {
            cause = $"{der.Length} bytes; at most {MaxBytes}";
            return false;
        }
        try
        {
            certificate = Read(der.ToArray());
        }
        catch (AsnContentException malformed)
        {
            // Strangers are logged by it.
            cause = BoundedJson.Shown(malformed.Message);
        }
        return certificate is not null;
    }

    private static EvidenceCertificate Read(byte[] der)
    {
        AsnReader outer = new(der, AsnEncodingRules.DER);
        AsnReader certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> toBeSigned = certificate.ReadEncodedValue();
        CertificateReader.RequireEcdsaSha256(certificate);
        byte[] signature = certificate.ReadBitString(out int unused);
        CertificateReader.Require(unused == 0, "the signature has unused bits");
        certificate.ThrowIfNotEmpty();
        EvidenceCertificate read = ReadToBeSigned(der, toBeSigned, out byte[] key);
        CertificateReader.Require(P256.VerifyDer(key, toBeSigned.Span, signature), "it is not signed by its own key");
        return read;
    }

    private static EvidenceCertificate ReadToBeSigned(byte[] der, ReadOnlyMemory<byte> toBeSigned, out byte[] key)
    {
        AsnReader reader = new AsnReader(toBeSigned, AsnEncodingRules.DER).ReadSequence();
        AsnReader version = reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
        CertificateReader.Require(version.TryReadInt32(out int number) && number == 2, "not an X.509 v3 certificate");
        version.ThrowIfNotEmpty();
        CertificateReader.Require(reader.ReadIntegerBytes().Length <= LongestSerial, "the serial number is too long");
        CertificateReader.RequireEcdsaSha256(reader);
        ReadOnlyMemory<byte> issuer = reader.ReadEncodedValue();
        AsnReader validity = reader.ReadSequence();
        DateTimeOffset notBefore = ReadTime(validity);
        DateTimeOffset notAfter = ReadTime(validity);
        validity.ThrowIfNotEmpty();
        CertificateReader.Require(notBefore < notAfter, $"valid from {notBefore:u} to {notAfter:u}");
        ReadOnlyMemory<byte> subject = reader.ReadEncodedValue();
        CertificateReader.Require(issuer.Length <= LongestName && issuer.Span.SequenceEqual(subject.Span), "issuer and subject are not the same short name");
        ReadOnlyMemory<byte> info = reader.ReadEncodedValue();
        key = CertificateReader.ReadPublicKey(new AsnReader(info, AsnEncodingRules.DER));
        CertificateEvidence evidence = ReadEvidence(reader);
        reader.ThrowIfNotEmpty();
        return new EvidenceCertificate { Der = der, SubjectPublicKeyInfo = info, NotBefore = notBefore, NotAfter = notAfter, Evidence = evidence };
    }

    private static CertificateEvidence ReadEvidence(AsnReader reader)
    {
        Dictionary<string, byte[]> values = [];
        AsnReader tagged = reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 3));
        AsnReader list = tagged.ReadSequence();
        tagged.ThrowIfNotEmpty();
        while (list.HasData)
        {
            AsnReader extension = list.ReadSequence();
            string oid = extension.ReadObjectIdentifier();
            CertificateReader.Require(oid is EvidenceOids.Quote or EvidenceOids.Claims or EvidenceOids.Voucher, "an extension is not one of a link certificate");
            CertificateReader.Require(values.TryAdd(oid, ReadValue(extension.ReadOctetString())), $"extension {oid} is there twice");
            extension.ThrowIfNotEmpty();
        }
        return ToEvidence(values);
    }

    private static CertificateEvidence ToEvidence(Dictionary<string, byte[]> values)
    {
        byte[] quote = values.GetValueOrDefault(EvidenceOids.Quote, []);
        byte[] claims = values.GetValueOrDefault(EvidenceOids.Claims, []);
        byte[] voucher = values.GetValueOrDefault(EvidenceOids.Voucher, []);
        bool isAttested = quote.Length > 0 && claims.Length > 0 && voucher.Length == 0;
        bool isVouched = quote.Length == 0 && claims.Length == 0 && voucher.Length > 0;
        CertificateReader.Require(isAttested || isVouched, $"a quote of {quote.Length}, claims of {claims.Length} and a voucher of {voucher.Length} bytes: it has either the first two or the last");
        return isAttested ? CertificateEvidence.Attested(quote, claims) : CertificateEvidence.Vouched(voucher);
    }

    private static byte[] ReadValue(byte[] encoded)
    {
        AsnReader reader = new(encoded, AsnEncodingRules.DER);
        byte[] value = reader.ReadOctetString();
        reader.ThrowIfNotEmpty();
        return value;
    }

    private static DateTimeOffset ReadTime(AsnReader reader)
    {
        DateTimeOffset time = CertificateReader.ReadTime(reader);
        CertificateReader.Require(time.Ticks % TimeSpan.TicksPerSecond == 0, "a time has fractions of a second");
        return time;
    }
}
