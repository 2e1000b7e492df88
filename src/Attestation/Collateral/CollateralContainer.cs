using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>The JSON form of <see cref="QuoteCollateral"/>.</summary>
internal static class CollateralContainer
{
    private const int SignatureSize = 64;

    private const string PckCrlIssuerChain = "pck_crl_issuer_chain";
    private const string RootCaCrl = "root_ca_crl";
    private const string PckCrl = "pck_crl";
    private const string TcbInfoIssuerChain = "tcb_info_issuer_chain";
    private const string TcbInfo = "tcb_info";
    private const string TcbInfoSignature = "tcb_info_signature";
    private const string QeIdentityIssuerChain = "qe_identity_issuer_chain";
    private const string QeIdentity = "qe_identity";
    private const string QeIdentitySignature = "qe_identity_signature";

    // Signed text stays readable; the container is never put into HTML.
    private static readonly JsonWriterOptions s_writing = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static QuoteCollateral Read(JsonFields root) => new()
    {
        PckCrlIssuerChain = Text(root, PckCrlIssuerChain, IssuerChain.MaxPemSize),
        RootCaCrl = Hex(root, RootCaCrl),
        PckCrl = Hex(root, PckCrl),
        TcbInfoIssuerChain = Text(root, TcbInfoIssuerChain, IssuerChain.MaxPemSize),
        TcbInfo = Text(root, TcbInfo, TcbInfoReader.MaxSize),
        TcbInfoSignature = root.Hex(TcbInfoSignature, SignatureSize),
        QeIdentityIssuerChain = Text(root, QeIdentityIssuerChain, IssuerChain.MaxPemSize),
        QeIdentity = Text(root, QeIdentity, TcbInfoReader.MaxSize),
        QeIdentitySignature = root.Hex(QeIdentitySignature, SignatureSize),
    };

    public static byte[] Write(QuoteCollateral collateral)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, s_writing))
        {
            writer.WriteStartObject();
            writer.WriteString(PckCrlIssuerChain, collateral.PckCrlIssuerChain.Span);
            WriteHex(writer, RootCaCrl, collateral.RootCaCrl);
            WriteHex(writer, PckCrl, collateral.PckCrl);
            writer.WriteString(TcbInfoIssuerChain, collateral.TcbInfoIssuerChain.Span);
            writer.WriteString(TcbInfo, collateral.TcbInfo.Span);
            WriteHex(writer, TcbInfoSignature, collateral.TcbInfoSignature);
            writer.WriteString(QeIdentityIssuerChain, collateral.QeIdentityIssuerChain.Span);
            writer.WriteString(QeIdentity, collateral.QeIdentity.Span);
            WriteHex(writer, QeIdentitySignature, collateral.QeIdentitySignature);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Text(JsonFields root, string name, int maxSize) => Encoding.UTF8.GetBytes(root.Text(name, maxSize));

    private static byte[] Hex(JsonFields root, string name)
    {
        string text = root.Text(name, 2 * RevocationListReader.MaxSize);
        return JsonFields.HexOf(text, name, text.Length / 2);
    }

    private static void WriteHex(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> bytes) =>
        writer.WriteString(name, Convert.ToHexStringLower(bytes.Span));
}
