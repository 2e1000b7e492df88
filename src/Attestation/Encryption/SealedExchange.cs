using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using TeeTee.Primitives;

namespace TeeTee.Attestation.Encryption;

/// <summary>
/// The encryption of one sealed job, byte by byte as docs/protocol.md section 10 has it: the client's prompt, each output token as one record of
/// <see cref="SealedFrame.RecordSize"/> bytes, and all tokens as the batch data of kind 4; client, enclaves and auditors alike, each as far as
/// it holds the data key. AES-256-GCM throughout. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// No nonce meets two plaintexts. A data key seals one prompt. An output key belongs to one job, and record i of a job is always the same id:
/// the signed request determines the picks, however often it is run. The key of the published tokens is bound to their root, so that a job that
/// ended otherwise has another one; the header that it authenticates is the client's one.
/// </remarks>
public sealed class SealedExchange : IDisposable
{
    private const int NonceSize = 12;

    private readonly byte[] _jobId;
    private readonly byte[]? _header;
    private readonly AesGcm _output;

    private SealedExchange(DataKey key, SealedBinding binding, byte[]? header)
    {
        (Key, Binding, _header) = (key, binding, header);
        _jobId = binding.JobId.ToArray();
        Salts = key.SaltsOf(binding.JobId);
        PromptSalts = key.PromptSaltsOf(binding.User, binding.Nonce, binding.ModelId);
        _output = Cipher("TeeTee sealed output v2"u8, []);
    }

    /// <summary>The data key; cleared with the exchange.</summary>
    public DataKey Key { get; }

    /// <summary>The job.</summary>
    public SealedBinding Binding { get; }

    /// <summary>Salts of the job's commitments.</summary>
    public CommitmentSalts Salts { get; }

    private CommitmentSalts PromptSalts { get; }

    /// <summary>The client's side: seals the prompt and wraps the key.</summary>
    /// <param name="key">Drawn for this job, its prompt's root signed with <see cref="DataKey.PromptSaltsOf"/>; the exchange's from here on.</param>
    /// <param name="binding">The signed job.</param>
    /// <param name="recipients">Slot 0's attested X25519 key, then those of up to three auditors.</param>
    /// <param name="prompt">The prompt's ids.</param>
    /// <param name="sealedInput">What OpenJob carries. Who sends a job again sends these same bytes.</param>
    /// <exception cref="ArgumentException">No or too many recipients, one twice, or a key of small order.</exception>
    /// <exception cref="InvalidOperationException">The key has sealed before.</exception>
    public static SealedExchange Seal(
        DataKey key, SealedBinding binding, IReadOnlyList<Bytes32> recipients, ReadOnlySpan<uint> prompt, out byte[] sealedInput)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(binding);
        ArgumentNullException.ThrowIfNull(recipients);
        byte[] header = SealedFrame.EncodeHeader([.. recipients.Select(recipient => key.Wrap(recipient, binding))]);
        key.UseOnce();
        SealedExchange exchange = new(key, binding, header);
        sealedInput = [.. header, .. exchange.Encrypt("TeeTee sealed prompt v2"u8, [], TokenBytes.Encode(prompt))];
        return exchange;
    }

    /// <summary>The side of slot 0: opens a sealed prompt whose first wrap is addressed to this enclave.</summary>
    /// <returns>False for anything that was not sealed to this key for this job.</returns>
    public static bool TryOpen(
        EnclaveEncryptionKey recipient, SealedBinding binding, ReadOnlyMemory<byte> sealedInput,
        [NotNullWhen(true)] out SealedExchange? exchange, [NotNullWhen(true)] out uint[]? prompt)
    {
        (exchange, prompt) = (null, null);
        if (!SealedFrame.TryRead(sealedInput, out SealedFrame? frame) || !DataKey.TryUnwrap(recipient, frame.Wraps[0], binding, out DataKey? key))
            return false;
        SealedExchange opened = new(key, binding, frame.Header.ToArray());
        if (!opened.TryDecrypt("TeeTee sealed prompt v2"u8, [], frame, out prompt))
        {
            opened.Dispose();
            return false;
        }
        exchange = opened;
        return true;
    }

    /// <summary>The side of an auditor: opens published tokens with the wrap that is addressed to it, wherever it stands.</summary>
    /// <param name="recipient">The auditor's key.</param>
    /// <param name="binding">The job.</param>
    /// <param name="tokensRoot">The root that the receipts sign.</param>
    /// <param name="sealedTokens">Batch data of kind 4.</param>
    /// <param name="exchange">What holds the salts; the caller's.</param>
    /// <param name="tokens">Ids at positions 0..T. They are not compared with the root here.</param>
    /// <returns>False where no wrap is addressed to it, or what is does not open.</returns>
    public static bool TryOpenTokens(
        EnclaveEncryptionKey recipient, SealedBinding binding, Bytes32 tokensRoot, ReadOnlyMemory<byte> sealedTokens,
        [NotNullWhen(true)] out SealedExchange? exchange, [NotNullWhen(true)] out uint[]? tokens)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        (exchange, tokens) = (null, null);
        Bytes32 own = new(recipient.PublicKey.Span);
        if (!SealedFrame.TryRead(sealedTokens, out SealedFrame? frame) || frame.Wraps.FirstOrDefault(wrap => wrap.Recipient == own) is not { } mine
            || !DataKey.TryUnwrap(recipient, mine, binding, out DataKey? key))
            return false;
        SealedExchange opened = FromKey(key, binding);
        if (!opened.TryOpenTokens(tokensRoot, sealedTokens, out tokens))
        {
            opened.Dispose();
            return false;
        }
        exchange = opened;
        return true;
    }

    /// <summary>The side of who was given the key: a slot below slot 0, or the user later.</summary>
    /// <param name="key">The exchange's from here on.</param>
    /// <param name="binding">The job.</param>
    public static SealedExchange FromKey(DataKey key, SealedBinding binding)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(binding);
        return new SealedExchange(key, binding, null);
    }

    /// <summary>The root of the ids at positions 0..T as this job commits it.</summary>
    public Bytes32 TokensRoot(ReadOnlySpan<uint> tokens) => TokenCommitment.Root(tokens, Salts.Tokens);

    /// <summary>The root of the prompt as this job's request carries it.</summary>
    public Bytes32 PromptTokensRoot(ReadOnlySpan<uint> prompt) => TokenCommitment.Root(prompt, PromptSalts.PromptTokens);

    /// <summary>The record of output token <paramref name="index"/>.</summary>
    public byte[] SealOutput(uint index, uint token)
    {
        byte[] record = new byte[SealedFrame.RecordSize];
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
        if (records.Length % SealedFrame.RecordSize != 0)
            return false;
        uint[] opened = new uint[records.Length / SealedFrame.RecordSize];
        Span<byte> plain = stackalloc byte[sizeof(uint)];
        for (int i = 0; i < opened.Length; i++)
        {
            ReadOnlySpan<byte> record = records.Slice(i * SealedFrame.RecordSize, SealedFrame.RecordSize);
            if (!TryDecrypt(_output, Nonce(first + (ulong)i), record, plain, _jobId))
                return false;
            opened[i] = BinaryPrimitives.ReadUInt32LittleEndian(plain);
        }
        tokens = opened;
        return true;
    }

    /// <summary>All ids of positions 0..T for the batch data, behind the wraps of the input.</summary>
    /// <exception cref="InvalidOperationException">The wraps are not known here: only who opened or sealed the input has them.</exception>
    public byte[] SealTokens(Bytes32 tokensRoot, ReadOnlySpan<uint> tokens)
    {
        byte[] header = _header ?? throw new InvalidOperationException("The wraps of this job's key are not known here.");
        return [.. header, .. Encrypt("TeeTee sealed tokens v2"u8, tokensRoot.ToArray(), TokenBytes.Encode(tokens))];
    }

    /// <summary>Opens what <see cref="SealTokens"/> made.</summary>
    /// <returns>False for other bytes, another root, or other wraps than they were made with.</returns>
    public bool TryOpenTokens(Bytes32 tokensRoot, ReadOnlyMemory<byte> sealedTokens, [NotNullWhen(true)] out uint[]? tokens)
    {
        tokens = null;
        return SealedFrame.TryRead(sealedTokens, out SealedFrame? frame)
            && TryDecrypt("TeeTee sealed tokens v2"u8, tokensRoot.ToArray(), frame, out tokens);
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        _output.Dispose();
        Key.Dispose();
    }

    private AesGcm Cipher(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context)
    {
        byte[] key = Key.Derive(label, [.. _jobId, .. context]);
        AesGcm cipher = new(key, SealedFrame.TagSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    private byte[] Encrypt(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, byte[] plain)
    {
        byte[] result = new byte[plain.Length + SealedFrame.TagSize];
        using AesGcm cipher = Cipher(label, context);
        cipher.Encrypt(Nonce(0), plain, result.AsSpan(0, plain.Length), result.AsSpan(plain.Length), _header);
        CryptographicOperations.ZeroMemory(plain);
        return result;
    }

    private bool TryDecrypt(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, SealedFrame frame, [NotNullWhen(true)] out uint[]? tokens)
    {
        tokens = null;
        byte[] plain = new byte[frame.Ciphertext.Length - SealedFrame.TagSize];
        using AesGcm cipher = Cipher(label, context);
        return TryDecrypt(cipher, Nonce(0), frame.Ciphertext.Span, plain, frame.Header.Span) && TokenBytes.TryRead(plain, out tokens);
    }

    private static bool TryDecrypt(AesGcm cipher, byte[] nonce, ReadOnlySpan<byte> message, Span<byte> plain, ReadOnlySpan<byte> associatedData)
    {
        try
        {
            cipher.Decrypt(nonce, message[..plain.Length], message[plain.Length..], plain, associatedData);
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
