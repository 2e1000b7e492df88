namespace TeeTee.Primitives;

/// <summary>
/// Messages of one length for <see cref="Sha256Batch"/>. Message i is the tag, if any, then prefix i, if any, then
/// <c>data[i * Stride .. i * Stride + Length]</c>. Only refers to memory: nothing is copied beforehand.
/// </summary>
public readonly ref struct Sha256Messages
{
    /// <param name="data">The memory that the messages' data lie in.</param>
    /// <param name="count">Messages.</param>
    /// <param name="length">Bytes of data of a message; may be 0.</param>
    /// <param name="stride">Bytes from one message's data to the next one's; at least 0, so messages may overlap or be equal.</param>
    /// <exception cref="ArgumentException">The messages pass the end of the data, or a number is negative.</exception>
    public Sha256Messages(ReadOnlySpan<byte> data, int count, int length, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(stride);
        if (count > 0 && ((count - 1) * (long)stride) + length > data.Length)
            throw new ArgumentException($"{count} messages of {length} bytes, {stride} apart, pass the end at {data.Length}.", nameof(data));
        Data = data;
        (Count, Length, Stride) = (count, length, stride);
    }

    /// <summary>The memory that the messages' data lie in.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Messages.</summary>
    public int Count { get; }

    /// <summary>Bytes of data of a message.</summary>
    public int Length { get; }

    /// <summary>Bytes from one message's data to the next one's.</summary>
    public int Stride { get; }

    /// <summary>A byte before all else of every message, such as the 0 of a Merkle leaf (RFC 6962); null for none.</summary>
    public byte? Tag { get; init; }

    /// <summary>What stands between the tag and the data, <see cref="PrefixSize"/> bytes per message, one after another.</summary>
    public ReadOnlySpan<byte> Prefixes { get; init; }

    /// <summary>Bytes of one prefix; 0 for none.</summary>
    public int PrefixSize { get; init; }

    /// <summary>Bytes before the data.</summary>
    internal int HeadSize => TagSize + PrefixSize;

    internal int TagSize => Tag.HasValue ? 1 : 0;

    /// <summary>Bytes of a whole message.</summary>
    internal int TotalLength => checked(HeadSize + Length);

    /// <summary>Blocks of 64 bytes of a message with its padding: a bit and a 64-bit length.</summary>
    internal int Blocks => (int)((TotalLength + 9L + 63) / 64);

    internal ReadOnlySpan<byte> DataOf(int message) => Data.Slice(message * Stride, Length);

    internal ReadOnlySpan<byte> PrefixOf(int message) => Prefixes.Slice(message * PrefixSize, PrefixSize);

    internal void CheckPrefixes()
    {
        if (PrefixSize < 0 || Prefixes.Length < (long)Count * PrefixSize)
            throw new ArgumentException($"{Prefixes.Length} bytes are not {Count} prefixes of {PrefixSize}.");
    }
}
