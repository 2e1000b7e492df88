using System.Security.Cryptography;
using System.Text;

namespace TeeTee.Attestation.Encryption;

/// <summary>An X25519 private key as PKCS #8 PEM (RFC 8410), the form that OpenSSL reads and writes.</summary>
internal static class X25519KeyFile
{
    private const string Label = "PRIVATE KEY";

    /// <summary>Everything of the DER before the 32 key bytes: version 0, OID 1.3.101.110, nested octet strings.</summary>
    private static ReadOnlySpan<byte> Prefix =>
        [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x6E, 4, 0x22, 4, 0x20];

    public static byte[] Encode(ReadOnlySpan<byte> privateKey) =>
        Encoding.ASCII.GetBytes(PemEncoding.WriteString(Label, [.. Prefix, .. privateKey]) + "\n");

    /// <exception cref="InvalidOperationException">Another kind of file.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> file, string path)
    {
        string text = Encoding.ASCII.GetString(file);
        if (PemEncoding.TryFind(text, out PemFields fields) && text[fields.Label] == Label)
        {
            byte[] der = Convert.FromBase64String(text[fields.Base64Data]);
            if (der.Length == Prefix.Length + EnclaveEncryptionKey.Size && der.AsSpan().StartsWith(Prefix))
                return der[Prefix.Length..];
        }
        throw new InvalidOperationException($"{path} is not an X25519 private key in PKCS #8 PEM.");
    }
}
