using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// Collateral as one JSON object, in the form that verifiers of several projects exchange: chains as PEM text, lists and signatures in hex, the
/// signed documents as text, exactly as they were signed.
/// </summary>
public static class CollateralContainer
{
    /// <summary>Bytes of the largest container that is read.</summary>
    public const int MaxBytes = 4 << 20;

    private const int SignatureBytes = 64;
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonWriterOptions s_writing = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a container. Nothing in it is checked beyond its form.</summary>
    /// <returns>False with a cause for anything else; unknown properties are ignored, doubled ones refused.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out QuoteCollateral? collateral, out string cause)
    {
        (collateral, cause) = (null, "");
        if (json.Length > MaxBytes)
        {
            cause = $"{json.Length} bytes, at most {MaxBytes} are read";
            return false;
        }
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            collateral = Read(document.RootElement);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or EncoderFallbackException)
        {
            cause = $"no collateral container: {malformed.Message}";
        }
        return collateral is not null;
    }

    /// <summary>Writes a container.</summary>
    public static byte[] Write(QuoteCollateral collateral)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        using MemoryStream output = new();
        using (Utf8JsonWriter writer = new(output, s_writing))
        {
            writer.WriteStartObject();
            writer.WriteString("pck_crl_issuer_chain", collateral.PckCrlIssuerChain.Span);
            writer.WriteString("root_ca_crl", Hex(collateral.RootCaCrl));
            writer.WriteString("pck_crl", Hex(collateral.PckCrl));
            writer.WriteString("tcb_info_issuer_chain", collateral.TcbInfoIssuerChain.Span);
            writer.WriteString("tcb_info", collateral.TcbInfo.Span);
            writer.WriteString("tcb_info_signature", Hex(collateral.TcbInfoSignature));
            writer.WriteString("qe_identity_issuer_chain", collateral.QeIdentityIssuerChain.Span);
            writer.WriteString("qe_identity", collateral.QeIdentity.Span);
            writer.WriteString("qe_identity_signature", Hex(collateral.QeIdentitySignature));
            writer.WriteEndObject();
        }
        return output.ToArray();
    }

    private static QuoteCollateral Read(JsonElement root) => new()
    {
        PckCrlIssuerChain = Text(root, "pck_crl_issuer_chain"),
        RootCaCrl = Bytes(root, "root_ca_crl"),
        PckCrl = Bytes(root, "pck_crl"),
        TcbInfoIssuerChain = Text(root, "tcb_info_issuer_chain"),
        TcbInfo = Text(root, "tcb_info"),
        TcbInfoSignature = Signature(root, "tcb_info_signature"),
        QeIdentityIssuerChain = Text(root, "qe_identity_issuer_chain"),
        QeIdentity = Text(root, "qe_identity"),
        QeIdentitySignature = Signature(root, "qe_identity_signature"),
    };

    private static string String(JsonElement root, string name) =>
        root.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");

    private static byte[] Text(JsonElement root, string name) => s_strictUtf8.GetBytes(String(root, name));

    private static byte[] Bytes(JsonElement root, string name) => Convert.FromHexString(String(root, name));

    private static byte[] Signature(JsonElement root, string name)
    {
        byte[] signature = Bytes(root, name);
        return signature.Length == SignatureBytes
            ? signature
            : throw new FormatException($"{name} has {signature.Length} bytes, not {SignatureBytes}.");
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
