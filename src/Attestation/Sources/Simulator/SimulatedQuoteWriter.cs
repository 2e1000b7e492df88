using System.Buffers.Binary;
using System.Security.Cryptography;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>Puts a quote together and signs it, the way the quoting enclave does.</summary>
internal sealed class SimulatedQuoteWriter(ECDsa pckKey, ECDsa attestationKey, ReadOnlyMemory<byte> chainPem)
{
    /// <summary>First 16 bytes of the header's user data; ASCII, where real machines have a random QE id.</summary>
    private static ReadOnlySpan<byte> QeId => "TeeTee simulated"u8;

    public byte[] Write(ReadOnlySpan<byte> report, SimulatedQuoteShape shape)
    {
        byte[] signed = [.. Header(shape), .. BodyDescriptor(shape), .. report];
        byte[] signature = SignatureData(Sign(attestationKey, signed), shape);
        return [.. signed, .. UInt32(signature.Length), .. signature];
    }

    private static byte[] Header(SimulatedQuoteShape shape)
    {
        byte[] header = new byte[QuoteLayout.HeaderSize];
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)shape.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(2), QuoteLayout.EcdsaP256KeyType);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), shape.IsTdx ? QuoteLayout.TdxTeeType : QuoteLayout.SgxTeeType);
        QuoteLayout.IntelQeVendorId.CopyTo(header.AsSpan(12));
        QeId.CopyTo(header.AsSpan(28));
        return header;
    }

    private static byte[] BodyDescriptor(SimulatedQuoteShape shape) => shape.Version < 5
        ? []
        : [.. UInt16((int)shape.BodyType), .. UInt32(QuoteLayout.BodySize(shape.BodyType))];

    private byte[] SignatureData(byte[] quoteSignature, SimulatedQuoteShape shape)
    {
        ECPoint point = attestationKey.ExportParameters(includePrivateParameters: false).Q;
        byte[] key = [.. point.X!, .. point.Y!];
        ReadOnlySpan<byte> authentication = shape.AuthenticationData.Span;
        byte[] qeReport = SimulatedReports.QeReport(shape.IsTdx, key, authentication);
        shape.EditQeReport(qeReport);
        byte[] certification =
        [
            .. qeReport,
            .. Sign(pckKey, qeReport),
            .. UInt16(authentication.Length), .. authentication,
            .. UInt16(QuoteLayout.PckChainCertification), .. UInt32(chainPem.Length), .. chainPem.Span,
        ];
        // Version 3 has no outer certification header.
        return shape.Version == 3 ? [.. quoteSignature, .. key, .. certification] :
        [
            .. quoteSignature, .. key,
            .. UInt16(QuoteLayout.QeReportCertification), .. UInt32(certification.Length), .. certification,
        ];
    }

    private static byte[] Sign(ECDsa key, byte[] data) =>
        key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private static byte[] UInt16(int value)
    {
        byte[] bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] UInt32(int value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
