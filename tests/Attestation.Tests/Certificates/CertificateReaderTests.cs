using System.Formats.Asn1;
using System.Text;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Tests.Certificates;

/// <summary>Where DER leaves room that RFC 5280 does not.</summary>
public sealed class CertificateReaderTests
{
    [Theory]
    [InlineData("20510101000000Z", true)]
    [InlineData("20510101000000.5Z", false)]
    public void ReadTime_GeneralizedTime_HasWholeSecondsOnly(string text, bool good)
    {
        AsnReader reader = new((byte[])[0x18, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)], AsnEncodingRules.DER);
        if (good)
            Assert.Equal(2051, CertificateReader.ReadTime(reader).Year);
        else
            Assert.Throws<AsnContentException>(() => CertificateReader.ReadTime(reader));
    }

    [Theory]
    [InlineData("2.5.4.3", "name")]
    [InlineData("2.5.4.10", "")]
    public void ReadCommonName_BytesBehindAnAttribute_AreRefused(string attribute, string expected)
    {
        Assert.Equal(expected, CertificateReader.ReadCommonName(Name(attribute, trailing: false)));
        Assert.Throws<AsnContentException>(() => CertificateReader.ReadCommonName(Name(attribute, trailing: true)));
    }

    private static byte[] Name(string attribute, bool trailing)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(attribute);
            writer.WriteCharacterString(UniversalTagNumber.UTF8String, "name");
            if (trailing)
                writer.WriteNull();
        }
        return writer.Encode();
    }
}
