using System.Formats.Asn1;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>Reads the outside of a revocation list (RFC 5280 section 5.1): who signed it, when, and how much is in it.</summary>
internal static class RevocationListReader
{
    /// <exception cref="AsnContentException">Not a DER revocation list signed with ECDSA and SHA-256.</exception>
    public static RevocationListSummary Read(ReadOnlyMemory<byte> der, out ReadOnlyMemory<byte> toBeSigned, out byte[] signature)
    {
        AsnReader outer = new(der, AsnEncodingRules.DER);
        AsnReader list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        toBeSigned = list.ReadEncodedValue();
        RequireEcdsaSha256(list);
        signature = list.ReadBitString(out int unused);
        CertificateReader.Require(unused == 0, "signature bit string has unused bits");
        list.ThrowIfNotEmpty();
        return ReadToBeSigned(new AsnReader(toBeSigned, AsnEncodingRules.DER).ReadSequence());
    }

    private static RevocationListSummary ReadToBeSigned(AsnReader list)
    {
        if (list.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
            list.ReadInteger();
        RequireEcdsaSha256(list);
        string issuer = ReadCommonName(list.ReadSequence());
        DateTimeOffset thisUpdate = ReadTime(list);
        DateTimeOffset nextUpdate = ReadTime(list);
        int revoked = 0;
        // The list of entries is absent when nothing is revoked.
        if (list.HasData && list.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            AsnReader entries = list.ReadSequence();
            for (; entries.HasData; revoked++)
                entries.ReadEncodedValue();
        }
        return new RevocationListSummary(issuer, thisUpdate, nextUpdate, revoked);
    }

    private static void RequireEcdsaSha256(AsnReader reader) =>
        CertificateReader.Require(reader.ReadSequence().ReadObjectIdentifier() == Oids.EcdsaWithSha256, "the list is not signed with ECDSA and SHA-256");

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static string ReadCommonName(AsnReader name)
    {
        string found = "";
        while (name.HasData)
        {
            AsnReader attribute = name.ReadSetOf().ReadSequence();
            if (attribute.ReadObjectIdentifier() == Oids.CommonName)
                found = ReadText(attribute);
        }
        return found;
    }

    private static string ReadText(AsnReader reader)
    {
        var tag = (UniversalTagNumber)reader.PeekTag().TagValue;
        CertificateReader.Require(tag is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString, "the issuer's common name is no text");
        return reader.ReadCharacterString(tag);
    }
}
