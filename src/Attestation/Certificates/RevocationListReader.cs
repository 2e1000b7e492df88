using System.Formats.Asn1;

namespace TeeTee.Attestation.Certificates;

/// <summary>
/// A strict DER reader for <see cref="RevocationList"/>. The entries are walked without an object for each: Intel's list grew from 44 to 129
/// within a year, and its length is the sender's choice.
/// </summary>
internal static class RevocationListReader
{
    /// <summary>Most bytes of a list: about 4,600 entries of Intel's kind.</summary>
    public const int MaxSize = 262_144;

    private const int MaxExtensions = 16;
    private const AsnEncodingRules Der = AsnEncodingRules.DER;

    /// <exception cref="AsnContentException">The bytes are not such a list; the message says why.</exception>
    public static RevocationList Read(ReadOnlyMemory<byte> der)
    {
        CertificateReader.Require(der.Length <= MaxSize, $"a revocation list of {der.Length} bytes is above {MaxSize}");
        AsnReader outer = new(der, Der);
        AsnReader list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> toBeSigned = list.ReadEncodedValue();
        CertificateReader.RequireEcdsaSha256(list);
        byte[] signature = list.ReadBitString(out int unused);
        CertificateReader.Require(unused == 0, "signature bit string has unused bits");
        list.ThrowIfNotEmpty();
        return ReadToBeSigned(toBeSigned, signature);
    }

    private static RevocationList ReadToBeSigned(ReadOnlyMemory<byte> toBeSigned, byte[] signature)
    {
        AsnReader reader = new AsnReader(toBeSigned, Der).ReadSequence();
        CertificateReader.Require(reader.TryReadInt32(out int version) && version == 1, "not an X.509 v2 revocation list");
        CertificateReader.RequireEcdsaSha256(reader);
        ReadOnlyMemory<byte> issuer = reader.ReadEncodedValue();
        DateTimeOffset thisUpdate = CertificateReader.ReadTime(reader);
        DateTimeOffset nextUpdate = CertificateReader.ReadTime(reader);
        // An empty list has no revokedCertificates at all.
        bool revokes = reader.HasData && reader.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence);
        List<ReadOnlyMemory<byte>> serials = revokes ? ReadEntries(reader.ReadEncodedValue()) : [];
        if (reader.HasData)
            ReadExtensions(reader);
        reader.ThrowIfNotEmpty();
        return new RevocationList(serials, toBeSigned, signature) { Issuer = issuer, ThisUpdate = thisUpdate, NextUpdate = nextUpdate };
    }

    private static List<ReadOnlyMemory<byte>> ReadEntries(ReadOnlyMemory<byte> encoded)
    {
        ReadOnlyMemory<byte> left = Enter(encoded, out _);
        CertificateReader.Require(!left.IsEmpty, "revokedCertificates is there but empty");
        List<ReadOnlyMemory<byte>> serials = [];
        while (!left.IsEmpty)
        {
            ReadOnlyMemory<byte> entry = Enter(left, out int consumed);
            serials.Add(ReadEntry(entry));
            left = left[consumed..];
        }
        return serials;
    }

    private static ReadOnlyMemory<byte> ReadEntry(ReadOnlyMemory<byte> entry)
    {
        int size = AsnDecoder.ReadIntegerBytes(entry.Span, Der, out int consumed).Length;
        ReadOnlyMemory<byte> serial = entry.Slice(consumed - size, size);
        entry = entry[consumed..];
        ReadRevocationDate(entry.Span, out consumed);
        entry = entry[consumed..];
        if (!entry.IsEmpty)
        {
            ReadOnlyMemory<byte> extensions = Enter(entry, out consumed);
            CertificateReader.Require(consumed == entry.Length, "bytes behind a revocation entry's extensions");
            RefuseCritical(extensions);
        }
        return serial;
    }

    private static void ReadRevocationDate(ReadOnlySpan<byte> encoded, out int consumed)
    {
        Asn1Tag tag = Asn1Tag.Decode(encoded, out _);
        if (tag.HasSameClassAndValue(Asn1Tag.UtcTime))
            AsnDecoder.ReadUtcTime(encoded, Der, out consumed);
        else
            AsnDecoder.ReadGeneralizedTime(encoded, Der, out consumed);
    }

    private static void ReadExtensions(AsnReader reader)
    {
        AsnReader tagged = reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
        ReadOnlyMemory<byte> encoded = tagged.ReadEncodedValue();
        tagged.ThrowIfNotEmpty();
        RefuseCritical(Enter(encoded, out _));
    }

    /// <summary>A critical extension changes what the list says (delta and indirect lists are such), and none is known here.</summary>
    private static void RefuseCritical(ReadOnlyMemory<byte> extensions)
    {
        for (int count = 0; !extensions.IsEmpty; count++)
        {
            CertificateReader.Require(count < MaxExtensions, $"more than {MaxExtensions} extensions");
            AsnReader extension = new(Enter(extensions, out int consumed), Der);
            ReadOnlyMemory<byte> oid = extension.ReadEncodedValue();
            CertificateReader.Require(oid.Span[0] == (byte)UniversalTagNumber.ObjectIdentifier, "an extension without an object identifier");
            bool critical = extension.HasData && extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
            CertificateReader.Require(!critical, $"critical extension {Convert.ToHexStringLower(oid.Span)}");
            CertificateReader.Require(extension.PeekTag().HasSameClassAndValue(Asn1Tag.PrimitiveOctetString), "an extension without a value");
            extension.ReadEncodedValue();
            extension.ThrowIfNotEmpty();
            extensions = extensions[consumed..];
        }
    }

    /// <summary>The contents of the SEQUENCE that the bytes start with.</summary>
    private static ReadOnlyMemory<byte> Enter(ReadOnlyMemory<byte> encoded, out int consumed)
    {
        AsnDecoder.ReadSequence(encoded.Span, Der, out int offset, out int length, out consumed);
        return encoded.Slice(offset, length);
    }
}
