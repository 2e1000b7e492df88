using System.Formats.Asn1;

namespace TeeTee.Attestation.Certificates;

/// <summary>The extensions of a certificate that the quote rules look at; others may be there if not critical.</summary>
internal sealed class CertificateExtensions
{
    private const byte KeyCertSignBit = 0x04;
    private const int MaxCount = 32;

    public bool IsAuthority { get; private set; }

    public int? PathLength { get; private set; }

    public bool MaySignCertificates { get; private set; }

    public ReadOnlyMemory<byte>? Sgx { get; private set; }

    /// <exception cref="AsnContentException">Malformed, repeated, or critical and unknown.</exception>
    public static CertificateExtensions Read(AsnReader certificate)
    {
        CertificateExtensions extensions = new();
        HashSet<string> seen = [];
        AsnReader tagged = certificate.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 3));
        AsnReader list = tagged.ReadSequence();
        tagged.ThrowIfNotEmpty();
        while (list.HasData)
        {
            CertificateReader.Require(seen.Count < MaxCount, $"more than {MaxCount} extensions");
            AsnReader extension = list.ReadSequence();
            string oid = extension.ReadObjectIdentifier();
            CertificateReader.Require(seen.Add(oid), $"extension {oid} is there twice");
            bool critical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
            extensions.Take(oid, critical, extension.ReadOctetString());
            extension.ThrowIfNotEmpty();
        }
        return extensions;
    }

    private void Take(string oid, bool critical, byte[] value)
    {
        switch (oid)
        {
            case Oids.BasicConstraints:
                ReadBasicConstraints(value);
                break;
            case Oids.KeyUsage:
                ReadKeyUsage(value);
                break;
            case Oids.Sgx:
                Sgx = value;
                break;
            case Oids.SubjectKeyIdentifier or Oids.AuthorityKeyIdentifier or Oids.CrlDistributionPoints:
                break;
            default:
                CertificateReader.Require(!critical, $"extension {oid} is critical and unknown");
                break;
        }
    }

    private void ReadBasicConstraints(byte[] value)
    {
        AsnReader outer = new(value, AsnEncodingRules.DER);
        AsnReader constraints = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (constraints.HasData && constraints.PeekTag() == Asn1Tag.Boolean)
            IsAuthority = constraints.ReadBoolean();
        if (constraints.HasData)
        {
            CertificateReader.Require(constraints.TryReadInt32(out int length) && length >= 0, "path length");
            PathLength = length;
        }
        constraints.ThrowIfNotEmpty();
    }

    private void ReadKeyUsage(byte[] value)
    {
        AsnReader outer = new(value, AsnEncodingRules.DER);
        byte[] bits = outer.ReadBitString(out _);
        outer.ThrowIfNotEmpty();
        MaySignCertificates = bits.Length > 0 && (bits[0] & KeyCertSignBit) != 0;
    }
}
