using System.Formats.Asn1;
using System.Security.Cryptography;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>Writes the SGX extension of a PCK certificate below the Platform CA, member for member like Intel's.</summary>
internal static class PckExtensionWriter
{
    private enum SgxType
    {
        Scalable = 1,
    }

    public static byte[] Write(SimulatedPlatform platform)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            WriteMember(writer, ".1", () => writer.WriteOctetString(RandomNumberGenerator.GetBytes(16)));
            WriteMember(writer, ".2", () => WriteTcb(writer, platform));
            WriteMember(writer, ".3", () => writer.WriteOctetString(platform.PceId.Span));
            WriteMember(writer, ".4", () => writer.WriteOctetString(platform.Fmspc.Span));
            WriteMember(writer, ".5", () => writer.WriteEnumeratedValue(SgxType.Scalable));
            WriteMember(writer, ".6", () => writer.WriteOctetString(RandomNumberGenerator.GetBytes(16)));
            WriteMember(writer, ".7", () => WriteConfiguration(writer));
        }
        return writer.Encode();
    }

    private static void WriteTcb(AsnWriter writer, SimulatedPlatform platform)
    {
        using AsnWriter.Scope sequence = writer.PushSequence();
        for (int i = 0; i < platform.TcbComponents.Length; i++)
        {
            int svn = platform.TcbComponents.Span[i];
            WriteMember(writer, $".2.{i + 1}", () => writer.WriteInteger(svn));
        }
        WriteMember(writer, ".2.17", () => writer.WriteInteger(platform.PceSvn));
        WriteMember(writer, ".2.18", () => writer.WriteOctetString(platform.TcbComponents.Span));
    }

    private static void WriteConfiguration(AsnWriter writer)
    {
        using AsnWriter.Scope sequence = writer.PushSequence();
        WriteMember(writer, ".7.1", () => writer.WriteBoolean(true));
        WriteMember(writer, ".7.2", () => writer.WriteBoolean(true));
        WriteMember(writer, ".7.3", () => writer.WriteBoolean(true));
    }

    private static void WriteMember(AsnWriter writer, string suffix, Action writeValue)
    {
        using AsnWriter.Scope sequence = writer.PushSequence();
        writer.WriteObjectIdentifier(Oids.Sgx + suffix);
        writeValue();
    }
}
