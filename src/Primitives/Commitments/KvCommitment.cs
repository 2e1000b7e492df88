using System.Buffers;

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
        CheckWhole(rows, rowBytes);
        return Sha256Merkle.Root(s_position, (ulong)(rows.Length / rowBytes), PagedHash.TreeHash(rows, rowBytes));
    }

    /// <summary>The same of a sealed job: each row with its layer's salt.</summary>
    /// <param name="rows">The rows one after another, layer by layer.</param>
    /// <param name="rowBytes">The bytes of a row.</param>
    /// <param name="rowsPerLayer">Twice the KV heads.</param>
    /// <param name="salts">Of the job.</param>
    /// <param name="firstLayer">The layer of the first row, counted over the whole model.</param>
    /// <param name="position">The position.</param>
    /// <exception cref="ArgumentException">The bytes are not a whole number of layers.</exception>
    public static Bytes32 PositionRoot(
        ReadOnlySpan<byte> rows, int rowBytes, int rowsPerLayer, CommitmentSalts salts, int firstLayer, int position)
    {
        ArgumentNullException.ThrowIfNull(salts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowsPerLayer);
        CheckWhole(rows, rowBytes);
        CheckWhole(rows, checked(rowsPerLayer * rowBytes));
        var count = rows.Length / rowBytes;
        if (count == 0)
            return Sha256Merkle.Root(s_position, 0, Sha256Merkle.Empty);
        var leaves = ArrayPool<Bytes32>.Shared.Rent(count);
        for (var first = 0; first < count; first += rowsPerLayer)
        {
            var layerSalts = salts.KvRows(firstLayer + (first / rowsPerLayer), position);
            PagedHash.WriteLeaves(rows[(first * rowBytes)..], rowsPerLayer, rowBytes, layerSalts, 0, leaves.AsSpan(first));
        }
        Sha256Merkle.Fold(leaves, 1, count, count);
        var root = Sha256Merkle.Root(s_position, (ulong)count, leaves[0]);
        ArrayPool<Bytes32>.Shared.Return(leaves);
        return root;
    }

    /// <summary>Whether <paramref name="row"/> is row <paramref name="index"/> of the <paramref name="count"/> rows of a position; of a sealed job with the row's salt.</summary>
    public static bool VerifyRow(
        Bytes32 kvRoot, ulong count, ulong index, ReadOnlySpan<byte> row, ReadOnlySpan<Bytes32> path, Bytes32? salt = null) =>
        MerkleProof.Verify<Sha256Merkle>(s_position, kvRoot, count, index, PagedHash.Leaf(row, salt), path);

    /// <summary>The root of one layer over all positions, tag <c>TT/kvly1</c>; leaf p is the hash of <see cref="LayerLeaf"/>.</summary>
    public static Bytes32 LayerRoot(ReadOnlySpan<Bytes32> leafHashes) => new MerkleTree<Sha256Merkle>(leafHashes).Root(s_layer);

    /// <summary>The leaf hash of all rows of one layer at one position, one after another.</summary>
    public static Bytes32 LayerLeaf(ReadOnlySpan<byte> rows) => Sha256Merkle.Leaf(rows);

    private static void CheckWhole(ReadOnlySpan<byte> rows, int rowBytes)
    {
        if (rowBytes < 1 || rows.Length % rowBytes != 0)
            throw new ArgumentException($"{rows.Length} bytes are not rows of {rowBytes}.", nameof(rowBytes));
    }
}
