using System.Buffers.Binary;
using System.Security.Cryptography;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>Fills in the two reports of a simulated quote with the values that real machines show.</summary>
internal static class SimulatedReports
{
    /// <summary>TDX module 1.5 with minor SVN 13, as machines of 2026 report it.</summary>
    private static ReadOnlySpan<byte> TeeTcbSvn => [13, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>INIT, MODE64BIT and PROVISION_KEY; XFRM of the TD quoting enclave.</summary>
    private static ReadOnlySpan<byte> QeAttributes => [0x15, 0, 0, 0, 0, 0, 0, 0, 0xE7, 0, 0, 0, 0, 0, 0, 0];

    private const ulong Xfam = 0x0006_02E7;
    private const ushort TdQeProductId = 2;
    private const ushort SgxQeProductId = 1;

    /// <summary>Security version of the quoting enclave.</summary>
    public const ushort QeSvn = 7;

    public static byte[] TdReport(
        QuoteBodyType type, SimulatedMeasurements measurements, ReadOnlySpan<byte> reportData)
    {
        byte[] body = new byte[QuoteLayout.BodySize(type)];
        Span<byte> span = body;
        TeeTcbSvn.CopyTo(span);
        Label("TDX module", 48).CopyTo(span[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(span[120..], QuotePolicy.SeptVeDisable);
        BinaryPrimitives.WriteUInt64LittleEndian(span[128..], Xfam);
        measurements[TdMeasurement.MrTd].Span.CopyTo(span[136..]);
        measurements[TdMeasurement.MrConfigId].Span.CopyTo(span[184..]);
        measurements[TdMeasurement.Rtmr0].Span.CopyTo(span[328..]);
        measurements[TdMeasurement.Rtmr1].Span.CopyTo(span[376..]);
        measurements[TdMeasurement.Rtmr2].Span.CopyTo(span[424..]);
        measurements[TdMeasurement.Rtmr3].Span.CopyTo(span[472..]);
        reportData.CopyTo(span[520..]);
        if (type != QuoteBodyType.TdReport10)
            TeeTcbSvn.CopyTo(span[584..]);
        return body;
    }

    /// <summary>The report of an enclave that quotes TDs, or of one that quotes enclaves.</summary>
    public static byte[] QeReport(bool tdx, ReadOnlySpan<byte> attestationKey, ReadOnlySpan<byte> authenticationData)
    {
        byte[] body = new byte[QuoteLayout.SgxReportSize];
        Span<byte> span = body;
        QeAttributes.CopyTo(span[48..]);
        Label("TD quoting enclave", 32).CopyTo(span[64..]);
        MrSigner.CopyTo(span[128..]);
        BinaryPrimitives.WriteUInt16LittleEndian(span[256..], ProductOf(tdx));
        BinaryPrimitives.WriteUInt16LittleEndian(span[258..], QeSvn);
        SHA256.HashData([.. attestationKey, .. authenticationData], span[320..]);
        return body;
    }

    /// <summary>The report of an ordinary SGX enclave.</summary>
    public static byte[] SgxReport(ReadOnlySpan<byte> reportData)
    {
        byte[] body = new byte[QuoteLayout.SgxReportSize];
        Span<byte> span = body;
        QeAttributes.CopyTo(span[48..]);
        Label("enclave", 32).CopyTo(span[64..]);
        MrSigner.CopyTo(span[128..]);
        reportData.CopyTo(span[320..]);
        return body;
    }

    /// <summary>Product id of the quoting enclave for TDs or for enclaves.</summary>
    public static ushort ProductOf(bool tdx) => tdx ? TdQeProductId : SgxQeProductId;

    /// <summary>Starts with ASCII "TeeTee simulated" so that a reader of hex sees what it is.</summary>
    public static ReadOnlySpan<byte> MrSigner => "TeeTee simulated quoting enclave"u8;

    private static ReadOnlySpan<byte> Label(string what, int size) =>
        SHA384.HashData(System.Text.Encoding.ASCII.GetBytes("teetee/simulated/v1:" + what)).AsSpan(0, size);
}
