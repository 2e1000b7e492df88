using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace TeeTee.Primitives;

/// <summary>An Ethereum address: 20 bytes, written with the mixed-case checksum of EIP-55; <c>default</c> is all zero.</summary>
[JsonConverter(typeof(HexJsonConverter<Address>))]
public readonly struct Address : IEquatable<Address>, IComparable<Address>, IHexValue<Address>
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 20;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly uint _c;

    /// <param name="data">Exactly 20 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="data"/> has another length.</exception>
    public Address(ReadOnlySpan<byte> data)
    {
        if (data.Length != Size)
            throw new ArgumentException($"Expected {Size} bytes, got {data.Length}.", nameof(data));
        _a = BinaryPrimitives.ReadUInt64BigEndian(data);
        _b = BinaryPrimitives.ReadUInt64BigEndian(data[8..]);
        _c = BinaryPrimitives.ReadUInt32BigEndian(data[16..]);
    }

    /// <summary>All zero.</summary>
    public static Address Zero => default;

    /// <summary>Whether every byte is zero.</summary>
    public bool IsZero => (_a | _b | _c) == 0;

    /// <summary>The address of <c>0x</c> and 40 hex digits: all lower, all upper, or mixed with the right EIP-55 checksum.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static Address Parse(string text) => TryParse(text, out var value)
        ? value
        : throw new FormatException("Expected an address: 0x and 40 hex digits, checksummed if the case is mixed.");

    /// <summary>Like <see cref="Parse"/>; false instead of an exception.</summary>
    public static bool TryParse(string? text, out Address value)
    {
        value = default;
        Span<byte> data = stackalloc byte[Size];
        if (text is null || !Hex.TryDecodeExact(text, data))
            return false;
        Address parsed = new(data);
        var digits = text.AsSpan(2);
        var mixed = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        if (mixed && !digits.SequenceEqual(parsed.ToString().AsSpan(2)))
            return false;
        value = parsed;
        return true;
    }

    /// <summary>Writes the 20 bytes to the start of <paramref name="target"/>.</summary>
    /// <exception cref="ArgumentException">Fewer than 20 bytes of room.</exception>
    public void CopyTo(Span<byte> target)
    {
        if (target.Length < Size)
            throw new ArgumentException($"Needs {Size} bytes of room, got {target.Length}.", nameof(target));
        BinaryPrimitives.WriteUInt64BigEndian(target, _a);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], _b);
        BinaryPrimitives.WriteUInt32BigEndian(target[16..], _c);
    }

    /// <summary>A new array with the 20 bytes.</summary>
    public byte[] ToArray()
    {
        var data = new byte[Size];
        CopyTo(data);
        return data;
    }

    /// <summary>Bit <paramref name="index"/> counted from the most significant.</summary>
    internal bool Bit(int index) => index switch
    {
        < 64 => (_a >> (63 - index) & 1) != 0,
        < 128 => (_b >> (127 - index) & 1) != 0,
        _ => (_c >> (159 - index) & 1) != 0,
    };

    public int CompareTo(Address other)
    {
        if (_a != other._a)
            return _a.CompareTo(other._a);
        return _b != other._b ? _b.CompareTo(other._b) : _c.CompareTo(other._c);
    }

    public bool Equals(Address other) => _a == other._a && _b == other._b && _c == other._c;

    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_a, _b, _c);

    /// <summary><c>0x</c> and 40 hex digits whose case is the checksum of EIP-55.</summary>
    public override string ToString()
    {
        Span<byte> data = stackalloc byte[Size];
        CopyTo(data);
        var text = Hex.Encode(data).ToCharArray();
        Span<byte> ascii = stackalloc byte[2 * Size];
        System.Text.Encoding.ASCII.GetBytes(text.AsSpan(2), ascii);
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Keccak256.Hash(ascii).CopyTo(hash);
        for (var i = 0; i < 2 * Size; i++)
        {
            var nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15;
            if (nibble >= 8)
                text[i + 2] = char.ToUpperInvariant(text[i + 2]);
        }
        return new string(text);
    }

    public static bool operator ==(Address left, Address right) => left.Equals(right);

    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
