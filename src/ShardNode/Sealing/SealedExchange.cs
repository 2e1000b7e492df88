using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using TeeTee.Attestation.Encryption;
using TeeTee.Primitives;
using TeeTee.ShardProtocol.Mapping;

namespace TeeTee.ShardNode.Sealing;

/// <summary>
/// The encryption of one sealed job, byte by byte as docs/protocol.md section 10 has it: the prompt by HPKE (RFC 9180) to slot 0's attested key, each
/// output token as one record of <see cref="RecordSize"/> bytes, and all tokens as the batch data of kind 4.
/// </summary>
/// <remarks>
/// Records depend on nothing but key, index and id, and the same job picks the same ids, so that no nonce is ever used for two plaintexts,
/// however often a job is run again or replayed. A client that opens a job again sends the same bytes.
/// </remarks>
public sealed class SealedExchange : IDisposable
{
    /// <summary>Bytes of one output record.</summary>
    public const int RecordSize = sizeof(uint) + TagSize;

    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] _jobId;
    private readonly HpkeContext _context;
    private readonly AesGcm _output;

    private SealedExchange(Bytes32 jobId, HpkeContext context)
    {
        _jobId = jobId.ToArray();
        _context = context;
        byte[] key = context.Export([.. "TeeTee sealed output v1"u8, .. _jobId], KeySize);
        _output = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
    }

    private static ReadOnlySpan<byte> Info => "TeeTee sealed input v1"u8;

    /// <summary>The client's side: seals a prompt to slot 0.</summary>
    /// <param name="encryptionKey">Slot 0's attested X25519 key.</param>
    /// <param name="jobId">Digest of the signed request.</param>
    /// <param name="prompt">The prompt's ids.</param>
    /// <param name="sealedInput">What OpenJob carries.</param>
    /// <exception cref="ArgumentException">The key has small order.</exception>
    public static SealedExchange Seal(Bytes32 encryptionKey, Bytes32 jobId, ReadOnlySpan<uint> prompt, out byte[] sealedInput)
    {
        HpkeContext context = Hpke.SetupSender(encryptionKey.ToArray(), Info, HpkeAead.Aes256Gcm, out byte[] encapsulated);
        sealedInput = [.. encapsulated, .. context.Seal(jobId.ToArray(), WireMessages.EncodeTokens(prompt))];
        return new SealedExchange(jobId, context);
    }

    /// <summary>The shard's side: opens a sealed prompt.</summary>
    /// <returns>False for anything that was not sealed to this key for this job.</returns>
    public static bool TryOpen(
        EnclaveEncryptionKey key, Bytes32 jobId, ReadOnlySpan<byte> sealedInput,
        [NotNullWhen(true)] out SealedExchange? exchange, [NotNullWhen(true)] out uint[]? prompt)
    {
        (exchange, prompt) = (null, null);
        if (sealedInput.Length < Hpke.Overhead
            || !Hpke.TrySetupReceiver(key, sealedInput[..Hpke.EncapsulatedKeySize], Info, HpkeAead.Aes256Gcm, out HpkeContext? context))
            return false;
        if (!context.TryOpen(jobId.ToArray(), sealedInput[Hpke.EncapsulatedKeySize..], out byte[] plain)
            || !WireMessages.TryReadTokens(plain, out prompt))
        {
            context.Dispose();
            return false;
        }
        exchange = new SealedExchange(jobId, context);
        return true;
    }

    /// <summary>The record of output token <paramref name="index"/>.</summary>
    public byte[] SealOutput(uint index, uint token)
    {
        byte[] record = new byte[RecordSize];
        Span<byte> plain = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(plain, token);
        _output.Encrypt(Nonce(index), plain, record.AsSpan(0, sizeof(uint)), record.AsSpan(sizeof(uint)), _jobId);
        return record;
    }

    /// <summary>Opens consecutive records, the first being output token <paramref name="first"/>.</summary>
    /// <returns>False for other bytes than the shard sealed at these places.</returns>
    public bool TryOpenOutputs(uint first, ReadOnlySpan<byte> records, [NotNullWhen(true)] out uint[]? tokens)
    {
        tokens = null;
        if (records.Length % RecordSize != 0)
            return false;
        uint[] opened = new uint[records.Length / RecordSize];
        Span<byte> plain = stackalloc byte[sizeof(uint)];
        for (int i = 0; i < opened.Length; i++)
        {
            ReadOnlySpan<byte> record = records.Slice(i * RecordSize, RecordSize);
            if (!TryDecrypt(_output, Nonce(first + (uint)i), record, plain))
                return false;
            opened[i] = BinaryPrimitives.ReadUInt32LittleEndian(plain);
        }
        tokens = opened;
        return true;
    }

    /// <summary>All ids of positions 0..T for the batch data.</summary>
    public byte[] SealTokens(Bytes32 tokensRoot, ReadOnlySpan<uint> tokens)
    {
        byte[] plain = WireMessages.EncodeTokens(tokens);
        byte[] result = new byte[plain.Length + TagSize];
        using AesGcm cipher = TokensCipher(tokensRoot);
        cipher.Encrypt(Nonce(0), plain, result.AsSpan(0, plain.Length), result.AsSpan(plain.Length), _jobId);
        return result;
    }

    /// <summary>Opens what <see cref="SealTokens"/> made.</summary>
    public bool TryOpenTokens(Bytes32 tokensRoot, ReadOnlySpan<byte> sealedTokens, [NotNullWhen(true)] out uint[]? tokens)
    {
        tokens = null;
        if (sealedTokens.Length < TagSize)
            return false;
        byte[] plain = new byte[sealedTokens.Length - TagSize];
        using AesGcm cipher = TokensCipher(tokensRoot);
        return TryDecrypt(cipher, Nonce(0), sealedTokens, plain) && WireMessages.TryReadTokens(plain, out tokens);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output.Dispose();
        _context.Dispose();
    }

    private AesGcm TokensCipher(Bytes32 tokensRoot)
    {
        byte[] key = _context.Export([.. Encoding.ASCII.GetBytes("TeeTee sealed tokens v1"), .. tokensRoot.ToArray()], KeySize);
        AesGcm cipher = new(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    private bool TryDecrypt(AesGcm cipher, byte[] nonce, ReadOnlySpan<byte> message, Span<byte> plain)
    {
        try
        {
            cipher.Decrypt(nonce, message[..plain.Length], message[plain.Length..], plain, _jobId);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static byte[] Nonce(ulong index)
    {
        byte[] nonce = new byte[NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(NonceSize - sizeof(ulong)), index);
        return nonce;
    }
}
