namespace TeeTee.Primitives.Tests;

/// <summary>kvRoot of rows at one position, as a shard puts it together.</summary>
internal static class PositionRows
{
    public static Bytes32 Root(byte[] rows, int rowBytes = 16)
    {
        var leaves = new Bytes32[rows.Length / rowBytes];
        KvCommitment.RowLeaves(rows, rowBytes, null, leaves);
        return Root(leaves);
    }

    /// <summary>Of a sealed job, with two rows of 16 bytes in a layer.</summary>
    public static Bytes32 Root(byte[] rows, CommitmentSalts salts, int firstLayer, int position)
    {
        var leaves = new Bytes32[rows.Length / 16];
        for (var layer = 0; layer < leaves.Length / 2; layer++)
            KvCommitment.RowLeaves(rows.AsSpan(32 * layer, 32), 16, salts.KvRows(firstLayer + layer, position), leaves.AsSpan(2 * layer, 2));
        return Root(leaves);
    }

    private static Bytes32 Root(Bytes32[] leaves)
    {
        var roots = new Bytes32[1];
        KvCommitment.PositionRoots(leaves, leaves.Length, roots);
        return roots[0];
    }
}
