using System.Buffers.Binary;

namespace TeeTee.Primitives;

/// <summary>Merkle trees over SHA-256: what is hashed while serving (trace, vectors, tokens).</summary>
public sealed class Sha256Merkle : IMerkleHash
{
    private const int StackLimit = 1024;

    private Sha256Merkle()
    {
    }

    public static Bytes32 Empty { get; } = Sha256.Hash([]);

    public static Bytes32 Leaf(ReadOnlySpan<byte> data)
    {
        var message = data.Length < StackLimit ? stackalloc byte[1 + data.Length] : new byte[1 + data.Length];
        message[0] = 0x00;
        data.CopyTo(message[1..]);
        return Sha256.Hash(message);
    }

    /// <summary>The leaf hash of <c>salt || data</c>.</summary>
    public static Bytes32 Leaf(in Bytes32 salt, ReadOnlySpan<byte> data)
    {
        var size = 1 + Bytes32.Size + data.Length;
        var message = size <= StackLimit ? stackalloc byte[size] : new byte[size];
        message[0] = 0x00;
        salt.CopyTo(message[1..]);
        data.CopyTo(message[(1 + Bytes32.Size)..]);
        return Sha256.Hash(message);
    }

    public static Bytes32 Node(in Bytes32 left, in Bytes32 right)
    {
        Span<byte> message = stackalloc byte[1 + 2 * Bytes32.Size];
        message[0] = 0x01;
        left.CopyTo(message[1..]);
        right.CopyTo(message[33..]);
        return Sha256.Hash(message);
    }

    public static Bytes32 Root(MerkleTag tag, ulong size, in Bytes32 mth)
    {
        Span<byte> message = stackalloc byte[MerkleTag.Size + sizeof(ulong) + Bytes32.Size];
        tag.CopyTo(message);
        BinaryPrimitives.WriteUInt64BigEndian(message[8..], size);
        mth.CopyTo(message[16..]);
        return Sha256.Hash(message);
    }
}
