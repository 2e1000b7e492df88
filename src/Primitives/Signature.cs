using System.Text.Json.Serialization;

namespace TeeTee.Primitives;

/// <summary>
/// A recoverable secp256k1 signature as contracts take it: r, s and v (27 or 28) in 65 bytes.
/// That r and s are in range is checked by recovery, not here; <c>default</c> has v = 0 and recovers nothing.
/// </summary>
[JsonConverter(typeof(HexJsonConverter<Signature>))]
public readonly struct Signature : IEquatable<Signature>, IHexValue<Signature>
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 65;

    /// <exception cref="ArgumentException"><paramref name="v"/> is neither 27 nor 28.</exception>
    public Signature(Bytes32 r, Bytes32 s, byte v)
    {
        if (v is not (27 or 28))
            throw new ArgumentException($"v must be 27 or 28, got {v}.", nameof(v));
        (R, S, V) = (r, s, v);
    }

    /// <param name="data">r, s, v: exactly 65 bytes, the last 27 or 28.</param>
    /// <exception cref="ArgumentException">Another length, or another last byte.</exception>
    public Signature(ReadOnlySpan<byte> data)
    {
        if (data.Length != Size || data[64] is not (27 or 28))
            throw new ArgumentException($"Expected {Size} bytes ending in 27 or 28, got {data.Length}.", nameof(data));
        (R, S, V) = (new Bytes32(data[..32]), new Bytes32(data[32..64]), data[64]);
    }

    /// <summary>The x coordinate of the nonce point, big-endian.</summary>
    public Bytes32 R { get; }

    /// <summary>The proof, big-endian.</summary>
    public Bytes32 S { get; }

    /// <summary>27 plus the parity of the nonce point's y.</summary>
    public byte V { get; }

    /// <summary>The signature of <c>0x</c> and 130 hex digits.</summary>
    /// <exception cref="FormatException">The text is anything else, or v is neither 27 nor 28.</exception>
    public static Signature Parse(string text) => TryParse(text, out var value)
        ? value
        : throw new FormatException("Expected a signature: 0x and 130 hex digits, ending in 1b or 1c.");

    /// <summary>Like <see cref="Parse"/>; false instead of an exception.</summary>
    public static bool TryParse(string? text, out Signature value)
    {
        Span<byte> data = stackalloc byte[Size];
        value = default;
        return Hex.TryDecodeExact(text, data) && TryRead(data, out value);
    }

    /// <summary>The signature in exactly 65 bytes; false for another length or another v than 27 or 28.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out Signature value)
    {
        var valid = data.Length == Size && data[64] is (27 or 28);
        value = valid ? new Signature(data) : default;
        return valid;
    }

    /// <summary>Writes r, s, v to the start of <paramref name="target"/>.</summary>
    /// <exception cref="ArgumentException">Fewer than 65 bytes of room.</exception>
    public void CopyTo(Span<byte> target)
    {
        if (target.Length < Size)
            throw new ArgumentException($"Needs {Size} bytes of room, got {target.Length}.", nameof(target));
        R.CopyTo(target);
        S.CopyTo(target[32..]);
        target[64] = V;
    }

    /// <summary>A new array with r, s, v.</summary>
    public byte[] ToArray()
    {
        var data = new byte[Size];
        CopyTo(data);
        return data;
    }

    public bool Equals(Signature other) => R == other.R && S == other.S && V == other.V;

    public override bool Equals(object? obj) => obj is Signature other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(R, S, V);

    /// <summary><c>0x</c> and 130 lower-case hex digits.</summary>
    public override string ToString() => Hex.Encode(ToArray());

    public static bool operator ==(Signature left, Signature right) => left.Equals(right);

    public static bool operator !=(Signature left, Signature right) => !left.Equals(right);
}
