namespace TeeTee.Primitives;

/// <summary>
/// Commits the keys and values that a shard stores (docs/protocol.md, section 2). A row is the k (after RoPE) or the v of
/// one KV head, fp16 little-endian; rows are ordered by layer, k before v, KV head. SHA-256.
/// </summary>
public static class KvCommitment
{
    private static readonly MerkleTag s_position = new("TT/kvpo1");
    private static readonly MerkleTag s_layer = new("TT/kvly1");

    /// <summary>The leaf hashes of rows that lie one after another: of one layer at one position where they are salted, else of any.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="rowBytes">The bytes of a row: twice the head dimension.</param>
    /// <param name="salts">Of a sealed job: those of the layer and position, from its first row on.</param>
    /// <param name="leaves">Room for one per row.</param>
    /// <exception cref="ArgumentException">The bytes are not a whole number of rows, or there is too little room.</exception>
    public static void RowLeaves(ReadOnlySpan<byte> rows, int rowBytes, LeafSalts? salts, Span<Bytes32> leaves)
    {
        if (rowBytes < 1 || rows.Length % rowBytes != 0)
            throw new ArgumentException($"{rows.Length} bytes are not rows of {rowBytes}.", nameof(rowBytes));
        PagedHash.WriteLeaves(rows, rows.Length / rowBytes, rowBytes, salts, 0, leaves);
    }

    /// <summary>
    /// <c>kvRoot(p)</c> of several positions: the root over the leaves of all rows of each, ordered by layer, k before v, KV head; tag
    /// <c>TT/kvpo1</c>.
    /// </summary>
    /// <param name="leaves">The leaves of all positions, one position after another; overwritten.</param>
    /// <param name="rows">Rows of a position, at least 1.</param>
    /// <param name="roots">One per position.</param>
    /// <exception cref="ArgumentException">There are too few leaves.</exception>
    public static void PositionRoots(Span<Bytes32> leaves, int rows, Span<Bytes32> roots)
    {
        Sha256Merkle.Fold(leaves, roots.Length, rows, rows);
        Sha256Merkle.Roots(s_position, (ulong)rows, leaves, rows, roots);
    }

    /// <summary>Whether <paramref name="row"/> is row <paramref name="index"/> of the <paramref name="count"/> rows of a position; of a sealed job with the row's salt.</summary>
    public static bool VerifyRow(
        Bytes32 kvRoot, ulong count, ulong index, ReadOnlySpan<byte> row, ReadOnlySpan<Bytes32> path, Bytes32? salt = null) =>
        MerkleProof.Verify<Sha256Merkle>(s_position, kvRoot, count, index, PagedHash.Leaf(row, salt), path);

    /// <summary>The root of one layer over all positions, tag <c>TT/kvly1</c>; leaf p is the hash of <see cref="LayerLeaf"/>.</summary>
    public static Bytes32 LayerRoot(ReadOnlySpan<Bytes32> leafHashes) => new MerkleTree<Sha256Merkle>(leafHashes).Root(s_layer);

    /// <summary>The leaf hash of all rows of one layer at one position, one after another.</summary>
    public static Bytes32 LayerLeaf(ReadOnlySpan<byte> rows) => Sha256Merkle.Leaf(rows);
}
