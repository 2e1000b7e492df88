namespace TeeTee.Primitives;

/// <summary>Checks inclusion proofs of <see cref="MerkleTree{THash}"/>; every failure is false, never an exception.</summary>
public static class MerkleProof
{
    /// <summary>The longest path: a tree of 2^64 - 1 leaves.</summary>
    public const int MaxLength = 64;

    /// <summary>
    /// Whether <paramref name="leafHash"/> is leaf <paramref name="index"/> of the tree of <paramref name="size"/> leaves
    /// whose tagged root is <paramref name="root"/>. The path must have exactly the length that index and size ask for.
    /// </summary>
    public static bool Verify<THash>(
        MerkleTag tag, Bytes32 root, ulong size, ulong index, Bytes32 leafHash, ReadOnlySpan<Bytes32> path)
        where THash : IMerkleHash =>
        TryTreeHash<THash>(size, index, leafHash, path, out var mth) && THash.Root(tag, size, mth) == root;

    /// <summary>The tree hash that the proof leads to; false if the index is not below the size or the length is wrong.</summary>
    public static bool TryTreeHash<THash>(
        ulong size, ulong index, Bytes32 leafHash, ReadOnlySpan<Bytes32> path, out Bytes32 mth)
        where THash : IMerkleHash
    {
        mth = leafHash;
        if (index >= size)
            return false;
        var used = 0;
        for (var width = size; width > 1; width = (width >> 1) + (width & 1), index >>= 1)
        {
            if ((index ^ 1) >= width)
                continue;
            if (used == path.Length)
                return false;
            var sibling = path[used++];
            mth = (index & 1) == 0 ? THash.Node(mth, sibling) : THash.Node(sibling, mth);
        }
        return used == path.Length;
    }
}
