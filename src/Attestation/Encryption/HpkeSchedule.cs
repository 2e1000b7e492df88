using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TeeTee.Attestation.Encryption;

/// <summary>
/// The derivations of RFC 9180 for DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and mode base (sections 4, 4.1 and 5.1).
/// </summary>
internal static class HpkeSchedule
{
    private const int HashSize = 32;
    private const ushort KemId = 0x0020;
    private const ushort KdfId = 0x0001;
    private const byte ModeBase = 0;

    private static ReadOnlySpan<byte> VersionLabel => "HPKE-v1"u8;

    private static ReadOnlySpan<byte> KemSuite => [(byte)'K', (byte)'E', (byte)'M', KemId >> 8, KemId & 0xFF];

    /// <summary>ExtractAndExpand of section 4.1: the KEM's shared secret, bound to both public keys.</summary>
    public static byte[] SharedSecret(
        ReadOnlySpan<byte> diffieHellman, ReadOnlySpan<byte> encapsulated, ReadOnlySpan<byte> recipient)
    {
        byte[] extracted = LabeledExtract(KemSuite, [], "eae_prk"u8, diffieHellman);
        return LabeledExpand(KemSuite, extracted, "shared_secret"u8, [.. encapsulated, .. recipient], HashSize);
    }

    /// <summary>KeySchedule of section 5.1 with an empty pre-shared key.</summary>
    public static HpkeContext Context(HpkeAead aead, ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> info)
    {
        byte[] suite = SuiteId(aead);
        byte[] context =
        [
            ModeBase,
            .. LabeledExtract(suite, [], "psk_id_hash"u8, []),
            .. LabeledExtract(suite, [], "info_hash"u8, info),
        ];
        byte[] secret = LabeledExtract(suite, sharedSecret, "secret"u8, []);
        byte[] key = LabeledExpand(suite, secret, "key"u8, context, HpkeCipher.KeySize(aead));
        byte[] baseNonce = LabeledExpand(suite, secret, "base_nonce"u8, context, HpkeCipher.NonceSize);
        byte[] exporter = LabeledExpand(suite, secret, "exp"u8, context, HashSize);
        return new HpkeContext(suite, new HpkeCipher(aead, key), baseNonce, exporter);
    }

    /// <summary>Context.Export of section 5.3.</summary>
    public static byte[] Export(byte[] suite, byte[] exporter, ReadOnlySpan<byte> exporterContext, int length) =>
        LabeledExpand(suite, exporter, "sec"u8, exporterContext, length);

    private static byte[] SuiteId(HpkeAead aead)
    {
        byte[] suite = [.. "HPKE"u8, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(suite.AsSpan(4), KemId);
        BinaryPrimitives.WriteUInt16BigEndian(suite.AsSpan(6), KdfId);
        BinaryPrimitives.WriteUInt16BigEndian(suite.AsSpan(8), (ushort)aead);
        return suite;
    }

    private static byte[] LabeledExtract(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> material)
    {
        byte[] output = new byte[HashSize];
        HKDF.Extract(HashAlgorithmName.SHA256, [.. VersionLabel, .. suite, .. label, .. material], salt, output);
        return output;
    }

    private static byte[] LabeledExpand(
        ReadOnlySpan<byte> suite, byte[] key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int length)
    {
        byte[] output = new byte[length];
        byte[] labeled = [(byte)(length >> 8), (byte)length, .. VersionLabel, .. suite, .. label, .. info];
        HKDF.Expand(HashAlgorithmName.SHA256, key, output, labeled);
        return output;
    }
}
