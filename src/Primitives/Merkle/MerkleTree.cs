namespace TeeTee.Primitives;

/// <summary>
/// A Merkle tree with all its levels, for proofs. The shape is that of RFC 6962: the left subtree of n leaves holds the
/// largest power of two below n, which is pairing each level from the left and lifting a lone last node unchanged.
/// Immutable; safe to share.
/// </summary>
/// <typeparam name="THash">The hash; see <see cref="IMerkleHash"/>.</typeparam>
public sealed class MerkleTree<THash>
    where THash : IMerkleHash
{
    private readonly Bytes32[][] _levels;

    /// <param name="leafHashes">The hashed leaves (<see cref="IMerkleHash.Leaf"/>), in order; may be empty.</param>
    public MerkleTree(ReadOnlySpan<Bytes32> leafHashes)
    {
        List<Bytes32[]> levels = [leafHashes.ToArray()];
        while (levels[^1].Length > 1)
            levels.Add(Pair(levels[^1]));
        _levels = [.. levels];
    }

    /// <summary>The number of leaves.</summary>
    public int Count => _levels[0].Length;

    /// <summary>The tree hash of RFC 6962, without tag and size.</summary>
    public Bytes32 TreeHash => Count == 0 ? THash.Empty : _levels[^1][0];

    /// <summary>A tree over the hashes of <paramref name="leaves"/>.</summary>
    public static MerkleTree<THash> FromData(IReadOnlyList<byte[]> leaves)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        return new MerkleTree<THash>(leaves.Select(leaf => THash.Leaf(leaf)).ToArray());
    }

    /// <summary>The committed root: tag, size and tree hash.</summary>
    public Bytes32 Root(MerkleTag tag) => THash.Root(tag, (ulong)Count, TreeHash);

    /// <summary>The hash of leaf <paramref name="index"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not below <see cref="Count"/>.</exception>
    public Bytes32 LeafHash(int index)
    {
        CheckIndex(index);
        return _levels[0][index];
    }

    /// <summary>The siblings from the leaf upwards, levels without a sibling left out.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not below <see cref="Count"/>.</exception>
    public Bytes32[] Prove(int index)
    {
        CheckIndex(index);
        List<Bytes32> path = [];
        for (var level = 0; level < _levels.Length - 1; level++, index >>= 1)
        {
            if ((index ^ 1) < _levels[level].Length)
                path.Add(_levels[level][index ^ 1]);
        }
        return [.. path];
    }

    private void CheckIndex(int index)
    {
        if (index < 0 || index >= Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The tree has {Count} leaves.");
    }

    private static Bytes32[] Pair(Bytes32[] below)
    {
        var above = new Bytes32[below.Length / 2 + below.Length % 2];
        THash.Nodes(below, above);
        if (below.Length % 2 != 0)
            above[^1] = below[^1];
        return above;
    }
}
