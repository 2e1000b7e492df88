using System.Security.Cryptography;

namespace TeeTee.Attestation.Certificates;

/// <summary>ECDSA over P-256 with SHA-256 as quotes and their certificates use it.</summary>
internal static class P256
{
    /// <summary>Whether r || s (64 bytes) is a signature over the data by x || y (64 bytes).</summary>
    /// <returns>False too for a key that is no point of the curve.</returns>
    public static bool VerifyFixed(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Verify(key, data, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>The same for a DER signature, the form in certificates.</summary>
    public static bool VerifyDer(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Verify(key, data, signature, DSASignatureFormat.Rfc3279DerSequence);

    private static bool Verify(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        try
        {
            using ECDsa ecdsa = Import(key);
            return ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, format);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static ECDsa Import(ReadOnlySpan<byte> key) => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = key[..32].ToArray(), Y = key[32..].ToArray() },
    });
}
