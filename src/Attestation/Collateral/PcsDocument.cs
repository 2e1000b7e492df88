using System.Text.Json;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// Takes a signed document out of a certification service's answer <c>{"name": {...}, "signature": "hex"}</c>. The signature is over the exact
/// bytes of the value, so they are cut out and never written anew.
/// </summary>
internal static class PcsDocument
{
    private const int SignatureDigits = 128;

    /// <exception cref="FormatException">Not such an answer; the message says why.</exception>
    public static (byte[] Document, byte[] Signature) Read(ReadOnlySpan<byte> body, string name)
    {
        try
        {
            return ReadObject(body, name);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new FormatException($"no JSON: {malformed.Message}", malformed);
        }
    }

    private static (byte[] Document, byte[] Signature) ReadObject(ReadOnlySpan<byte> body, string name)
    {
        Utf8JsonReader reader = new(body, new JsonReaderOptions { MaxDepth = 16 });
        byte[]? document = null;
        byte[]? signature = null;
        Require(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "no JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isDocument = reader.ValueTextEquals(name);
            bool isSignature = reader.ValueTextEquals("signature"u8);
            reader.Read();
            if (isDocument)
            {
                Require(document is null && reader.TokenType == JsonTokenType.StartObject, $"{name} is doubled or no object");
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                document = body[start..(int)reader.BytesConsumed].ToArray();
            }
            else if (isSignature)
            {
                Require(signature is null && reader.TokenType == JsonTokenType.String, "signature is doubled or no text");
                string hex = reader.GetString()!;
                Require(hex.Length == SignatureDigits, $"the signature has {hex.Length} digits, not {SignatureDigits}");
                signature = Convert.FromHexString(hex);
            }
            else
            {
                reader.Skip();
            }
        }
        Require(document is not null && signature is not null, $"{name} or its signature is absent");
        Require(!reader.Read(), "something follows the object");
        return (document!, signature!);
    }

    private static void Require(bool condition, string cause)
    {
        if (!condition)
            throw new FormatException(cause);
    }
}
