using System.Formats.Asn1;

namespace TeeTee.Attestation.Certificates;

/// <summary>
/// A strict DER reader for the certificates of a quote: X.509 v3, ECDSA-P256 with SHA-256, no repeated extension,
/// no unknown critical extension. A general X.509 stack accepts more than these rules and cannot be given a fixed
/// set of trust; RFC 5280 names the structures.
/// </summary>
internal static class CertificateReader
{
    /// <summary>Most bytes of one certificate; a PCK certificate has about 1,300.</summary>
    internal const int MaxSize = 8_192;

    private const int MaxNameAttributes = 32;
    private const int MaxCommonName = 64;

    /// <exception cref="AsnContentException">The bytes are not such a certificate; the message says why.</exception>
    public static Certificate Read(ReadOnlyMemory<byte> der)
    {
        Require(der.Length <= MaxSize, $"a certificate of {der.Length} bytes is above {MaxSize}");
        AsnReader outer = new(der, AsnEncodingRules.DER);
        AsnReader certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> toBeSigned = certificate.ReadEncodedValue();
        RequireEcdsaSha256(certificate);
        byte[] signature = certificate.ReadBitString(out int unused);
        Require(unused == 0, "signature bit string has unused bits");
        certificate.ThrowIfNotEmpty();
        return ReadToBeSigned(toBeSigned, signature);
    }

    private static Certificate ReadToBeSigned(ReadOnlyMemory<byte> toBeSigned, byte[] signature)
    {
        AsnReader reader = new AsnReader(toBeSigned, AsnEncodingRules.DER).ReadSequence();
        AsnReader version = reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
        Require(version.TryReadInt32(out int number) && number == 2, "not an X.509 v3 certificate");
        version.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> serial = reader.ReadIntegerBytes();
        RequireEcdsaSha256(reader);
        ReadOnlyMemory<byte> issuer = reader.ReadEncodedValue();
        AsnReader validity = reader.ReadSequence();
        DateTimeOffset notBefore = ReadTime(validity);
        DateTimeOffset notAfter = ReadTime(validity);
        validity.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> subject = reader.ReadEncodedValue();
        byte[] publicKey = ReadPublicKey(reader);
        CertificateExtensions extensions = CertificateExtensions.Read(reader);
        reader.ThrowIfNotEmpty();
        return new Certificate
        {
            ToBeSigned = toBeSigned,
            Signature = signature,
            SerialNumber = serial,
            Issuer = issuer,
            Subject = subject,
            CommonName = ReadCommonName(subject),
            NotBefore = notBefore,
            NotAfter = notAfter,
            PublicKey = publicKey,
            IsAuthority = extensions.IsAuthority,
            PathLength = extensions.PathLength,
            MaySignCertificates = extensions.MaySignCertificates,
            SgxExtension = extensions.Sgx,
        };
    }

    internal static void Require(bool condition, string cause)
    {
        if (!condition)
            throw new AsnContentException(cause);
    }

    internal static void RequireEcdsaSha256(AsnReader reader)
    {
        AsnReader algorithm = reader.ReadSequence();
        string oid = algorithm.ReadObjectIdentifier();
        Require(oid == Oids.EcdsaWithSha256, $"signature algorithm {oid} is not ecdsa-with-SHA256");
        algorithm.ThrowIfNotEmpty();
    }

    /// <summary>A date of RFC 5280, 4.1.2.5: whole seconds.</summary>
    internal static DateTimeOffset ReadTime(AsnReader reader)
    {
        if (reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime))
            return reader.ReadUtcTime();
        DateTimeOffset time = reader.ReadGeneralizedTime();
        Require(time.Ticks % TimeSpan.TicksPerSecond == 0, "a date with a fraction of a second");
        return time;
    }

    private static byte[] ReadPublicKey(AsnReader reader)
    {
        AsnReader info = reader.ReadSequence();
        AsnReader algorithm = info.ReadSequence();
        string type = algorithm.ReadObjectIdentifier();
        Require(type == Oids.EcPublicKey, $"key type {type} is not an elliptic-curve key");
        string curve = algorithm.ReadObjectIdentifier();
        Require(curve == Oids.P256, $"curve {curve} is not P-256");
        algorithm.ThrowIfNotEmpty();
        byte[] point = info.ReadBitString(out int unused);
        info.ThrowIfNotEmpty();
        Require(unused == 0 && point.Length == 65 && point[0] == 4, "public key is not an uncompressed P-256 point");
        return point[1..];
    }

    /// <exception cref="AsnContentException">No well-formed name.</exception>
    internal static string ReadCommonName(ReadOnlyMemory<byte> name)
    {
        string found = "";
        int attributes = 0;
        AsnReader names = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            AsnReader set = names.ReadSetOf();
            while (set.HasData)
            {
                Require(++attributes <= MaxNameAttributes, $"a name of more than {MaxNameAttributes} attributes");
                AsnReader attribute = set.ReadSequence();
                bool isCommonName = attribute.ReadObjectIdentifier() == Oids.CommonName;
                if (isCommonName)
                    found = ReadText(attribute);
                else
                    attribute.ReadEncodedValue();
                attribute.ThrowIfNotEmpty();
            }
        }
        return found;
    }

    private static string ReadText(AsnReader reader)
    {
        var tag = (UniversalTagNumber)reader.PeekTag().TagValue;
        Require(tag is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString, "common name is no text");
        string text = reader.ReadCharacterString(tag);
        // Causes show it: X.520 bounds it, and nothing in it may move a terminal's cursor.
        Require(text.Length <= MaxCommonName && !text.Any(char.IsControl), "common name is too long or no plain text");
        return text;
    }
}
