using System.Buffers.Binary;
using System.Text;

namespace TeeTee.Primitives;

/// <summary>The domain of a Merkle root: exactly eight printable ASCII characters, hashed into the root.</summary>
public readonly struct MerkleTag : IEquatable<MerkleTag>
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 8;

    private readonly ulong _value;

    /// <exception cref="ArgumentException"><paramref name="text"/> is not eight printable ASCII characters.</exception>
    public MerkleTag(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length != Size || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException($"A tag has {Size} printable ASCII characters, got \"{text}\".", nameof(text));
        Span<byte> data = stackalloc byte[Size];
        Encoding.ASCII.GetBytes(text, data);
        _value = BinaryPrimitives.ReadUInt64BigEndian(data);
    }

    /// <summary>Writes the eight bytes to the start of <paramref name="target"/>.</summary>
    /// <exception cref="ArgumentException">Fewer than eight bytes of room.</exception>
    public void CopyTo(Span<byte> target)
    {
        if (target.Length < Size)
            throw new ArgumentException($"Needs {Size} bytes of room, got {target.Length}.", nameof(target));
        BinaryPrimitives.WriteUInt64BigEndian(target, _value);
    }

    public bool Equals(MerkleTag other) => _value == other._value;

    public override bool Equals(object? obj) => obj is MerkleTag other && Equals(other);

    public override int GetHashCode() => _value.GetHashCode();

    public override string ToString()
    {
        Span<byte> data = stackalloc byte[Size];
        CopyTo(data);
        return Encoding.ASCII.GetString(data);
    }

    public static bool operator ==(MerkleTag left, MerkleTag right) => left.Equals(right);

    public static bool operator !=(MerkleTag left, MerkleTag right) => !left.Equals(right);
}
