using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TeeTee.Attestation.Encryption;

/// <summary>
/// One direction of an HPKE conversation (RFC 9180 section 5.2): messages are numbered from 0 and must be opened in
/// the order in which they were sealed. Use one side to seal and the other to open; the way back gets a key of its
/// own from <see cref="Export"/>. Not safe for concurrent use.
/// </summary>
public sealed class HpkeContext : IDisposable
{
    private const int MaximumExport = 255 * 32;

    private readonly byte[] _suite;
    private readonly HpkeCipher _cipher;
    private readonly byte[] _baseNonce;
    private readonly byte[] _exporter;
    private bool _disposed;

    internal HpkeContext(byte[] suite, HpkeCipher cipher, byte[] baseNonce, byte[] exporter)
    {
        _suite = suite;
        _cipher = cipher;
        _baseNonce = baseNonce;
        _exporter = exporter;
    }

    /// <summary>Number of the next message.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>Encrypts the next message: ciphertext || 16-byte tag.</summary>
    public byte[] Seal(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext)
    {
        byte[] result = _cipher.Seal(NextNonce(), associatedData, plaintext);
        Sequence = checked(Sequence + 1);
        return result;
    }

    /// <summary>Decrypts the next message; the number moves on only on success.</summary>
    /// <returns>False for bytes that were not sealed as this message with this associated data.</returns>
    public bool TryOpen(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedMessage, out byte[] plaintext)
    {
        if (!_cipher.TryOpen(NextNonce(), associatedData, sealedMessage, out plaintext))
            return false;
        Sequence = checked(Sequence + 1);
        return true;
    }

    /// <summary>A secret that both sides can derive and nobody else (section 5.3), 1 to 8160 bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another length.</exception>
    public byte[] Export(ReadOnlySpan<byte> exporterContext, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaximumExport);
        return HpkeSchedule.Export(_suite, _exporter, exporterContext, length);
    }

    /// <summary>Clears the secrets.</summary>
    public void Dispose()
    {
        _disposed = true;
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_exporter);
        CryptographicOperations.ZeroMemory(_baseNonce);
    }

    private byte[] NextNonce()
    {
        byte[] nonce = new byte[HpkeCipher.NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(HpkeCipher.NonceSize - sizeof(ulong)), Sequence);
        for (int i = 0; i < nonce.Length; i++)
            nonce[i] ^= _baseNonce[i];
        return nonce;
    }
}
