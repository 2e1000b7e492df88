using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace TeeTee.Primitives;

/// <summary>
/// The public form of a sealed job's input and of its published tokens (docs/protocol.md, section 10):
/// <c>version (1) || wraps (1) || each wrap (112) || encrypted ids || tag (16)</c>. Everybody can check it; only who is named in a wrap can open it.
/// </summary>
public sealed class SealedFrame
{
    /// <summary>The version that this assembly reads and writes.</summary>
    public const byte Version = 2;

    /// <summary>Most recipients of one data key.</summary>
    public const int MostWraps = 4;

    /// <summary>Bytes of an AEAD tag.</summary>
    public const int TagSize = 16;

    /// <summary>Bytes of one streamed output record: an encrypted id and its tag.</summary>
    public const int RecordSize = sizeof(uint) + TagSize;

    private const int Preamble = 2;

    private SealedFrame(ImmutableArray<KeyWrap> wraps, ReadOnlyMemory<byte> bytes, int headerSize)
    {
        (Wraps, Header, Ciphertext) = (wraps, bytes[..headerSize], bytes[headerSize..]);
    }

    /// <summary>The recipients; slot 0 first.</summary>
    public ImmutableArray<KeyWrap> Wraps { get; }

    /// <summary>Everything before the ciphertext, as it was read: the ciphertext is bound to it.</summary>
    public ReadOnlyMemory<byte> Header { get; }

    /// <summary>Encrypted ids and their tag.</summary>
    public ReadOnlyMemory<byte> Ciphertext { get; }

    /// <summary>How many ids the ciphertext holds.</summary>
    public int TokenCount => (Ciphertext.Length - TagSize) / sizeof(uint);

    /// <summary>Bytes of a frame.</summary>
    public static long SizeOf(int wraps, long tokens) => Preamble + (wraps * (long)KeyWrap.Size) + (tokens * sizeof(uint)) + TagSize;

    /// <summary>Reads a frame.</summary>
    /// <returns>False for another version, no or too many wraps, a recipient twice, or a length that is not a header and whole ids.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SealedFrame? frame)
    {
        frame = null;
        var data = bytes.Span;
        if (data.Length < Preamble || data[0] != Version || data[1] is 0 or > MostWraps)
            return false;
        var headerSize = Preamble + data[1] * KeyWrap.Size;
        var encrypted = data.Length - headerSize - TagSize;
        if (encrypted < 0 || encrypted % sizeof(uint) != 0)
            return false;
        var wraps = ImmutableArray.CreateBuilder<KeyWrap>(data[1]);
        for (var at = Preamble; at < headerSize; at += KeyWrap.Size)
        {
            Bytes32 recipient = new(data.Slice(at, Bytes32.Size));
            if (wraps.Any(wrap => wrap.Recipient == recipient))
                return false;
            wraps.Add(new KeyWrap(recipient, bytes.Slice(at + Bytes32.Size, KeyWrap.MessageSize)));
        }
        frame = new SealedFrame(wraps.MoveToImmutable(), bytes, headerSize);
        return true;
    }

    /// <summary>The header of these wraps.</summary>
    /// <exception cref="ArgumentException">None or too many wraps, a recipient twice, or a message of another size.</exception>
    public static byte[] EncodeHeader(IReadOnlyList<KeyWrap> wraps)
    {
        ArgumentNullException.ThrowIfNull(wraps);
        if (wraps.Count is 0 or > MostWraps || wraps.DistinctBy(wrap => wrap.Recipient).Count() != wraps.Count)
            throw new ArgumentException($"{wraps.Count} wraps, 1 to {MostWraps} different recipients are allowed.", nameof(wraps));
        var header = new byte[Preamble + wraps.Count * KeyWrap.Size];
        (header[0], header[1]) = (Version, (byte)wraps.Count);
        for (var i = 0; i < wraps.Count; i++)
        {
            if (wraps[i].Message.Length != KeyWrap.MessageSize)
                throw new ArgumentException($"Wrap {i} has {wraps[i].Message.Length} bytes, not {KeyWrap.MessageSize}.", nameof(wraps));
            var target = header.AsSpan(Preamble + i * KeyWrap.Size);
            wraps[i].Recipient.CopyTo(target);
            wraps[i].Message.Span.CopyTo(target[Bytes32.Size..]);
        }
        return header;
    }
}
