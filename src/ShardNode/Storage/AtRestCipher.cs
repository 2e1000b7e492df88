using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using TeeTee.Attestation.Encryption;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Storage;

/// <summary>
/// Encrypts what a shard keeps of sealed jobs on its own disk, under a secret of the enclave's encryption key: what is kept can be read for as
/// long as that key is there, and by nobody else. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Every object has a key of its own, from 32 random bytes that are kept with it (HKDF-SHA256 with the enclave's secret, the random bytes as salt, and
/// the job in the info), so that a job that is run again, cut into other pieces, never meets an old nonce.
/// </remarks>
internal sealed class AtRestCipher(EnclaveEncryptionKey key)
{
    /// <summary>Random bytes at the start of every object.</summary>
    public const int SaltSize = 32;

    /// <summary>Bytes that each encrypted piece is longer than its content.</summary>
    public const int TagSize = 16;

    private const int NonceSize = 12;

    /// <summary>Encrypts one object: salt (32) || ciphertext || tag (16).</summary>
    public byte[] Seal(Bytes32 jobId, ReadOnlySpan<byte> content)
    {
        byte[] result = new byte[SaltSize + content.Length + TagSize];
        RandomNumberGenerator.Fill(result.AsSpan(0, SaltSize));
        using AesGcm cipher = Cipher(jobId, result.AsSpan(0, SaltSize));
        cipher.Encrypt(Nonce(0), content, result.AsSpan(SaltSize, content.Length), result.AsSpan(SaltSize + content.Length));
        return result;
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <returns>False for bytes of another enclave key, job or making.</returns>
    public bool TryOpen(Bytes32 jobId, ReadOnlySpan<byte> stored, [NotNullWhen(true)] out byte[]? content)
    {
        content = null;
        if (stored.Length < SaltSize + TagSize)
            return false;
        byte[] plain = new byte[stored.Length - SaltSize - TagSize];
        using AesGcm cipher = Cipher(jobId, stored[..SaltSize]);
        if (!TryDecrypt(cipher, 0, stored[SaltSize..], plain))
            return false;
        content = plain;
        return true;
    }

    /// <summary>The cipher of an object of many pieces, each with its number as nonce.</summary>
    public AesGcm Cipher(Bytes32 jobId, ReadOnlySpan<byte> salt)
    {
        byte[] secret = key.DeriveSecret("TeeTee at rest v1"u8);
        byte[] derived = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, salt, info: jobId.ToArray());
        AesGcm cipher = new(derived, TagSize);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(derived);
        return cipher;
    }

    /// <summary>The nonce of a piece.</summary>
    public static byte[] Nonce(ulong number)
    {
        byte[] nonce = new byte[NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(NonceSize - sizeof(ulong)), number);
        return nonce;
    }

    /// <summary>Opens one piece.</summary>
    public static bool TryDecrypt(AesGcm cipher, ulong number, ReadOnlySpan<byte> piece, Span<byte> plain)
    {
        try
        {
            cipher.Decrypt(Nonce(number), piece[..^TagSize], piece[^TagSize..], plain);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
