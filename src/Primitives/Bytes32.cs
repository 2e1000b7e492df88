using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace TeeTee.Primitives;

/// <summary>Thirty-two bytes (a hash, a root, an identifier), compared lexicographically; <c>default</c> is all zero.</summary>
[JsonConverter(typeof(HexJsonConverter<Bytes32>))]
public readonly struct Bytes32 : IEquatable<Bytes32>, IComparable<Bytes32>, IHexValue<Bytes32>
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 32;

    // Big-endian words, so that comparing them in order is comparing the bytes in order.
    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <param name="data">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="data"/> has another length.</exception>
    public Bytes32(ReadOnlySpan<byte> data)
    {
        if (data.Length != Size)
            throw new ArgumentException($"Expected {Size} bytes, got {data.Length}.", nameof(data));
        _a = BinaryPrimitives.ReadUInt64BigEndian(data);
        _b = BinaryPrimitives.ReadUInt64BigEndian(data[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(data[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(data[24..]);
    }

    /// <summary>From big-endian words, the first bytes first.</summary>
    internal Bytes32(ulong a, ulong b, ulong c, ulong d) => (_a, _b, _c, _d) = (a, b, c, d);

    /// <summary>All zero.</summary>
    public static Bytes32 Zero => default;

    /// <summary>Whether every byte is zero.</summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>The value of <c>0x</c> and 64 hex digits of either case.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static Bytes32 Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException("Expected 0x and 64 hex digits.");

    /// <summary>Like <see cref="Parse"/>; false instead of an exception.</summary>
    public static bool TryParse(string? text, out Bytes32 value)
    {
        Span<byte> data = stackalloc byte[Size];
        var parsed = Hex.TryDecodeExact(text, data);
        value = parsed ? new Bytes32(data) : default;
        return parsed;
    }

    /// <summary>Writes the 32 bytes to the start of <paramref name="target"/>.</summary>
    /// <exception cref="ArgumentException">Fewer than 32 bytes of room.</exception>
    public void CopyTo(Span<byte> target)
    {
        if (target.Length < Size)
            throw new ArgumentException($"Needs {Size} bytes of room, got {target.Length}.", nameof(target));
        BinaryPrimitives.WriteUInt64BigEndian(target, _a);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(target[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(target[24..], _d);
    }

    /// <summary>A new array with the 32 bytes.</summary>
    public byte[] ToArray()
    {
        var data = new byte[Size];
        CopyTo(data);
        return data;
    }

    public int CompareTo(Bytes32 other)
    {
        if (_a != other._a)
            return _a.CompareTo(other._a);
        if (_b != other._b)
            return _b.CompareTo(other._b);
        return _c != other._c ? _c.CompareTo(other._c) : _d.CompareTo(other._d);
    }

    public bool Equals(Bytes32 other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <summary><c>0x</c> and 64 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> data = stackalloc byte[Size];
        CopyTo(data);
        return Hex.Encode(data);
    }

    public static bool operator ==(Bytes32 left, Bytes32 right) => left.Equals(right);

    public static bool operator !=(Bytes32 left, Bytes32 right) => !left.Equals(right);

    public static bool operator <(Bytes32 left, Bytes32 right) => left.CompareTo(right) < 0;

    public static bool operator >(Bytes32 left, Bytes32 right) => left.CompareTo(right) > 0;

    public static bool operator <=(Bytes32 left, Bytes32 right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Bytes32 left, Bytes32 right) => left.CompareTo(right) >= 0;
}
