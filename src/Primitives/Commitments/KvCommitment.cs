namespace TeeTee.Primitives;

/// <summary>
/// Commits the keys and values that a shard stores (docs/protocol.md, section 2). A row is the k (after RoPE) or the v of
/// one KV head, fp16 little-endian; rows are ordered by layer, k before v, KV head. SHA-256.
/// </summary>
public static class KvCommitment
{
    private static readonly MerkleTag s_position = new("TT/kvpo1");
    private static readonly MerkleTag s_layer = new("TT/kvly1");

    /// <summary><c>kvRoot(p)</c>: the root of all rows of one position, one leaf each; tag <c>TT/kvpo1</c>.</summary>
    /// <param name="rows">The rows one after another.</param>
    /// <param name="rowBytes">The bytes of a row: twice the head dimension.</param>
    /// <exception cref="ArgumentException">The bytes are not a whole number of rows.</exception>
    public static Bytes32 PositionRoot(ReadOnlySpan<byte> rows, int rowBytes)
    {
        if (rowBytes < 1 || rows.Length % rowBytes != 0)
            throw new ArgumentException($"{rows.Length} bytes are not rows of {rowBytes}.", nameof(rowBytes));
        return Sha256Merkle.Root(s_position, (ulong)(rows.Length / rowBytes), PagedHash.TreeHash(rows, rowBytes));
    }

    /// <summary>Whether <paramref name="row"/> is row <paramref name="index"/> of the <paramref name="count"/> rows of a position.</summary>
    public static bool VerifyRow(Bytes32 kvRoot, ulong count, ulong index, ReadOnlySpan<byte> row, ReadOnlySpan<Bytes32> path) =>
        MerkleProof.Verify<Sha256Merkle>(s_position, kvRoot, count, index, Sha256Merkle.Leaf(row), path);

    /// <summary>The root of one layer over all positions, tag <c>TT/kvly1</c>; leaf p is the hash of <see cref="LayerLeaf"/>.</summary>
    public static Bytes32 LayerRoot(ReadOnlySpan<Bytes32> leafHashes) => new MerkleTree<Sha256Merkle>(leafHashes).Root(s_layer);

    /// <summary>The leaf hash of all rows of one layer at one position, one after another.</summary>
    public static Bytes32 LayerLeaf(ReadOnlySpan<byte> rows) => Sha256Merkle.Leaf(rows);
}
