using System.Numerics;

namespace TeeTee.Primitives;

/// <summary>A node of an RLP value: a byte string or a list.</summary>
public sealed class RlpItem
{
    private readonly byte[] _data;

    private RlpItem(byte[] data, IReadOnlyList<RlpItem>? items) => (_data, Items) = (data, items);

    /// <summary>The items of a list; null for a byte string.</summary>
    public IReadOnlyList<RlpItem>? Items { get; }

    /// <summary>Whether this is a list.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Items))]
    public bool IsList => Items is not null;

    /// <summary>The byte string; empty for a list.</summary>
    public ReadOnlySpan<byte> Data => _data;

    /// <summary>A byte string.</summary>
    public static RlpItem FromBytes(ReadOnlySpan<byte> data) => new(data.ToArray(), null);

    /// <summary>A number as its shortest big-endian bytes (none for zero).</summary>
    public static RlpItem FromNumber(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return FromBytes(bytes[((int)UInt128.LeadingZeroCount(value) / 8)..]);
    }

    /// <summary>A number as its shortest big-endian bytes (none for zero).</summary>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    public static RlpItem FromNumber(BigInteger value)
    {
        if (value.Sign < 0)
            throw new ArgumentException($"RLP has no negative numbers, got {value}.", nameof(value));
        return FromBytes(value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true));
    }

    /// <summary>A list.</summary>
    public static RlpItem FromList(params IEnumerable<RlpItem> items) => new([], [.. items]);

    /// <summary>The byte string as a number of at most 128 bits in its shortest form.</summary>
    /// <exception cref="MalformedDataException">A list, more than 16 bytes, or a leading zero.</exception>
    public UInt128 ToUInt128(string what)
    {
        if (IsList || _data.Length > 16 || (_data.Length > 0 && _data[0] == 0))
            throw new MalformedDataException($"{what} is not a canonical RLP number of at most 128 bits.");
        UInt128 value = 0;
        foreach (var next in _data)
            value = value << 8 | next;
        return value;
    }

    /// <summary>The byte string as a number of at most 64 bits in its shortest form.</summary>
    /// <exception cref="MalformedDataException">A list, more than 8 bytes, or a leading zero.</exception>
    public ulong ToUInt64(string what) => _data.Length <= 8
        ? (ulong)ToUInt128(what)
        : throw new MalformedDataException($"{what} is not a canonical RLP number of at most 64 bits.");
}
