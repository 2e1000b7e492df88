using System.Security.Cryptography;

namespace TeeTee.Attestation.Encryption;

/// <summary>One AEAD key in the form in which HPKE uses it: ciphertext || 16-byte tag.</summary>
internal sealed class HpkeCipher : IDisposable
{
    public const int NonceSize = 12;
    public const int TagSize = 16;

    private readonly AesGcm? _aes;
    private readonly ChaCha20Poly1305? _chaCha;

    public HpkeCipher(HpkeAead aead, ReadOnlySpan<byte> key)
    {
        if (aead == HpkeAead.ChaCha20Poly1305)
            _chaCha = new ChaCha20Poly1305(key);
        else
            _aes = new AesGcm(key, TagSize);
    }

    /// <exception cref="ArgumentOutOfRangeException">An id that is not in the table.</exception>
    public static int KeySize(HpkeAead aead) => aead switch
    {
        HpkeAead.Aes128Gcm => 16,
        HpkeAead.Aes256Gcm or HpkeAead.ChaCha20Poly1305 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(aead), aead, "No such AEAD."),
    };

    public byte[] Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        byte[] result = new byte[plaintext.Length + TagSize];
        Span<byte> ciphertext = result.AsSpan(0, plaintext.Length);
        Span<byte> tag = result.AsSpan(plaintext.Length);
        _aes?.Encrypt(nonce, plaintext, ciphertext, tag, aad);
        _chaCha?.Encrypt(nonce, plaintext, ciphertext, tag, aad);
        return result;
    }

    public bool TryOpen(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> sealedBytes, out byte[] plaintext)
    {
        plaintext = [];
        if (sealedBytes.Length < TagSize)
            return false;
        byte[] result = new byte[sealedBytes.Length - TagSize];
        try
        {
            _aes?.Decrypt(nonce, sealedBytes[..result.Length], sealedBytes[result.Length..], result, aad);
            _chaCha?.Decrypt(nonce, sealedBytes[..result.Length], sealedBytes[result.Length..], result, aad);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        plaintext = result;
        return true;
    }

    public void Dispose()
    {
        _aes?.Dispose();
        _chaCha?.Dispose();
    }
}
