using System.Buffers.Binary;

namespace TeeTee.Primitives;

/// <summary>Merkle trees over Keccak-256: what contracts hash (receipts, batch data, state).</summary>
public sealed class KeccakMerkle : IMerkleHash
{
    private const int StackLimit = 1024;

    private KeccakMerkle()
    {
    }

    public static Bytes32 Empty { get; } = Keccak256.Hash([]);

    public static Bytes32 Leaf(ReadOnlySpan<byte> data)
    {
        var message = data.Length < StackLimit ? stackalloc byte[1 + data.Length] : new byte[1 + data.Length];
        message[0] = 0x00;
        data.CopyTo(message[1..]);
        return Keccak256.Hash(message);
    }

    public static Bytes32 Node(in Bytes32 left, in Bytes32 right)
    {
        Span<byte> message = stackalloc byte[1 + 2 * Bytes32.Size];
        message[0] = 0x01;
        left.CopyTo(message[1..]);
        right.CopyTo(message[33..]);
        return Keccak256.Hash(message);
    }

    public static void Nodes(ReadOnlySpan<Bytes32> below, Span<Bytes32> above)
    {
        for (var i = 0; i < below.Length / 2; i++)
            above[i] = Node(below[2 * i], below[2 * i + 1]);
    }

    public static Bytes32 Root(MerkleTag tag, ulong size, in Bytes32 mth)
    {
        Span<byte> message = stackalloc byte[MerkleTag.Size + sizeof(ulong) + Bytes32.Size];
        tag.CopyTo(message);
        BinaryPrimitives.WriteUInt64BigEndian(message[8..], size);
        mth.CopyTo(message[16..]);
        return Keccak256.Hash(message);
    }
}
