using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;
using TeeTee.Attestation.Keys;

namespace TeeTee.Attestation.Encryption;

/// <summary>
/// The X25519 key (RFC 7748) to which prompts for an enclave are encrypted. The private half never leaves the
/// process except into a file of mode 600 inside the enclave's own disk.
/// </summary>
public sealed class EnclaveEncryptionKey : IDisposable
{
    /// <summary>Bytes of a public or private X25519 key.</summary>
    public const int Size = 32;

    private readonly byte[] _private;
    private readonly byte[] _public = new byte[Size];
    private bool _disposed;

    private EnclaveEncryptionKey(byte[] privateKey)
    {
        _private = privateKey;
        X25519.ScalarMultBase(_private, 0, _public, 0);
    }

    /// <summary>The public key, 32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey => _public;

    /// <summary>A new key from the system's random generator.</summary>
    public static EnclaveEncryptionKey Generate() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>The key with the given 32 private bytes; they are copied.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static EnclaveEncryptionKey FromPrivateKey(ReadOnlySpan<byte> privateKey) =>
        privateKey.Length == Size
            ? new EnclaveEncryptionKey(privateKey.ToArray())
            : throw new ArgumentException($"X25519 key of {privateKey.Length} bytes, not 32.", nameof(privateKey));

    /// <summary>Loads the key of a file, or creates both; of several processes at once, one creates.</summary>
    /// <exception cref="InvalidOperationException">The file is readable by others or is no X25519 key.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static EnclaveEncryptionKey LoadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            using EnclaveEncryptionKey created = Generate();
            PrivateFile.TryCreate(path, X25519KeyFile.Encode(created._private));
        }
        return Load(path);
    }

    /// <summary>Writes a new key to a new file of mode 600.</summary>
    /// <exception cref="InvalidOperationException">The file exists.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static EnclaveEncryptionKey Create(string path)
    {
        EnclaveEncryptionKey created = Generate();
        if (PrivateFile.TryCreate(path, X25519KeyFile.Encode(created._private)))
            return created;
        created.Dispose();
        throw new InvalidOperationException($"{path} exists; a key is never overwritten.");
    }

    /// <summary>Loads the key of a file.</summary>
    /// <exception cref="InvalidOperationException">The file is readable by others or is no X25519 key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static EnclaveEncryptionKey Load(string path) => new(X25519KeyFile.Decode(PrivateFile.Read(path), path));

    /// <summary>32 bytes that only who holds the private key can derive (HKDF-SHA256): for what an enclave keeps on disk for itself.</summary>
    public byte[] DeriveSecret(ReadOnlySpan<byte> label)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        byte[] secret = new byte[Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _private, secret, salt: [], info: label);
        return secret;
    }

    /// <summary>Clears the private key.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_private);
    }

    /// <summary>X25519 of this private key and a peer's public key.</summary>
    /// <returns>False for a peer key of small order, whose result would be zero (RFC 9180 7.1.4).</returns>
    /// <exception cref="ArgumentException">The peer's key does not have 32 bytes.</exception>
    internal bool TryAgree(ReadOnlySpan<byte> peer, out byte[] shared)
    {
        // A cleared key would agree on a secret that everybody can compute.
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (peer.Length != Size)
            throw new ArgumentException($"X25519 key of {peer.Length} bytes, not 32.", nameof(peer));
        shared = new byte[Size];
        return X25519.CalculateAgreement(_private, 0, peer.ToArray(), 0, shared, 0);
    }
}
