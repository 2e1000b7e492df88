using System.Buffers.Binary;

namespace TeeTee.Primitives;

/// <summary>Merkle trees over SHA-256: what is hashed while serving (trace, vectors, tokens).</summary>
public sealed class Sha256Merkle : IMerkleHash
{
    private const int StackLimit = 1024;
    private const int RootSize = MerkleTag.Size + sizeof(ulong) + Bytes32.Size;
    private const int Batch = 16;

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

    public static void Nodes(ReadOnlySpan<Bytes32> below, Span<Bytes32> above) => Sha256Batch.Nodes(below, above);

    /// <summary>
    /// The tree hashes of trees of one size, in place: leaf i of tree t is at [t * stride + i], and its tree hash comes to [t * stride]. The rest is
    /// overwritten. Level by level over all trees, so that small trees fill vectors too.
    /// </summary>
    /// <param name="leaves">The hashed leaves.</param>
    /// <param name="trees">Trees.</param>
    /// <param name="stride">From one tree's first leaf to the next one's; at least <paramref name="count"/>.</param>
    /// <param name="count">Leaves of a tree, at least 1.</param>
    /// <exception cref="ArgumentException">The trees pass the end of the memory or overlap.</exception>
    public static void Fold(Span<Bytes32> leaves, int trees, int stride, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trees);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, count);
        if (trees > 0 && ((trees - 1) * (long)stride) + count > leaves.Length)
            throw new ArgumentException($"{trees} trees of {count} leaves, {stride} apart, pass the end at {leaves.Length}.", nameof(leaves));
        for (var width = count; width > 1; width = (width / 2) + (width % 2))
        {
            Sha256Batch.Nodes(leaves, trees, stride, width / 2);
            for (var tree = 0; width % 2 != 0 && tree < trees; tree++)
                leaves[(tree * stride) + (width / 2)] = leaves[(tree * stride) + width - 1];
        }
    }

    /// <summary>The roots of trees of one size: roots[i] = Root(tag, size, treeHashes[i * stride]).</summary>
    /// <exception cref="ArgumentException">There are fewer tree hashes than roots.</exception>
    public static void Roots(MerkleTag tag, ulong size, ReadOnlySpan<Bytes32> treeHashes, int stride, Span<Bytes32> roots)
    {
        Span<byte> messages = stackalloc byte[Batch * RootSize];
        for (var first = 0; first < roots.Length; first += Batch)
        {
            var count = Math.Min(Batch, roots.Length - first);
            for (var i = 0; i < count; i++)
                WriteRoot(tag, size, treeHashes[(first + i) * stride], messages[(i * RootSize)..]);
            Sha256Batch.Hash(new Sha256Messages(messages, count, RootSize, RootSize), roots[first..]);
        }
    }

    public static Bytes32 Root(MerkleTag tag, ulong size, in Bytes32 mth)
    {
        Span<byte> message = stackalloc byte[RootSize];
        WriteRoot(tag, size, mth, message);
        return Sha256.Hash(message);
    }

    private static void WriteRoot(MerkleTag tag, ulong size, in Bytes32 mth, Span<byte> message)
    {
        tag.CopyTo(message);
        BinaryPrimitives.WriteUInt64BigEndian(message[MerkleTag.Size..], size);
        mth.CopyTo(message[(MerkleTag.Size + sizeof(ulong))..]);
    }
}
