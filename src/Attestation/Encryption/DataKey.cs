using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using TeeTee.Primitives;

namespace TeeTee.Attestation.Encryption;

/// <summary>
/// The 32-byte key K of one sealed job, drawn by its client (docs/protocol.md, section 10). Every other key of the job and all salts come from
/// it by HKDF-SHA256 (RFC 5869, empty salt) under labels of which none begins another. Whoever holds K reads the job, for ever, and nobody else.
/// </summary>
public sealed class DataKey : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    private readonly byte[] _key;
    private int _used;
    private bool _disposed;

    private DataKey(byte[] key) => _key = key;

    private static ReadOnlySpan<byte> WrapInfo => "TeeTee data key v2"u8;

    /// <summary>A new key from the system's random generator.</summary>
    public static DataKey Generate() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>The key of the given bytes, which are copied.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static DataKey From(ReadOnlySpan<byte> key) => key.Length == Size
        ? new DataKey(key.ToArray())
        : throw new ArgumentException($"A data key has {Size} bytes, not {key.Length}.", nameof(key));

    /// <summary>Opens a wrap.</summary>
    /// <returns>False for anything that was not wrapped to this recipient for this job.</returns>
    public static bool TryUnwrap(EnclaveEncryptionKey recipient, KeyWrap wrap, SealedBinding binding, [NotNullWhen(true)] out DataKey? key)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        ArgumentNullException.ThrowIfNull(wrap);
        ArgumentNullException.ThrowIfNull(binding);
        key = null;
        if (!wrap.Recipient.ToArray().AsSpan().SequenceEqual(recipient.PublicKey.Span)
            || !Hpke.TryOpen(recipient, WrapInfo, binding.ToAssociatedData(), wrap.Message.Span, out byte[]? bytes) || bytes.Length != Size)
            return false;
        key = new DataKey(bytes);
        return true;
    }

    /// <summary>The key encrypted to one recipient, for one job.</summary>
    /// <exception cref="ArgumentException">The recipient's key has small order.</exception>
    public KeyWrap Wrap(Bytes32 recipient, SealedBinding binding)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(binding);
        return new KeyWrap(recipient, Hpke.Seal(recipient.ToArray(), WrapInfo, binding.ToAssociatedData(), _key));
    }

    /// <summary>A copy of the bytes.</summary>
    public byte[] ToArray()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return [.. _key];
    }

    /// <summary>The salts of everything that is committed about a job but its prompt's own root.</summary>
    public CommitmentSalts SaltsOf(Bytes32 jobId) => new(SaltKeyOf(jobId));

    /// <summary>The key behind <see cref="SaltsOf"/>. Secret: with it every commitment of the job confirms guesses. Only an auditor who means to publish it asks.</summary>
    public Bytes32 SaltKeyOf(Bytes32 jobId) => new(Derive("TeeTee salts v2"u8, jobId.ToArray()));

    /// <summary>
    /// The salts of <c>promptTokensRoot</c>. The request carries that root and its digest is the job id, so these salts hang on what is known
    /// before: user, nonce and model, of which no two jobs have the same.
    /// </summary>
    public CommitmentSalts PromptSaltsOf(Address user, ulong nonce, Bytes32 modelId)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, nonce);
        return new CommitmentSalts(new Bytes32(Derive("TeeTee prompt salts v2"u8, [.. user.ToArray(), .. number, .. modelId.ToArray()])));
    }

    /// <summary>Clears the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    /// <summary>32 bytes that only who holds the key can derive.</summary>
    internal byte[] Derive(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        byte[] derived = new byte[Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, derived, salt: [], info: [.. label, .. context]);
        return derived;
    }

    /// <summary>Marks the key as having sealed its one prompt.</summary>
    /// <exception cref="InvalidOperationException">It has sealed one before.</exception>
    internal void UseOnce()
    {
        if (Interlocked.Exchange(ref _used, 1) != 0)
            throw new InvalidOperationException("A data key seals one prompt; draw another one.");
    }
}
