using System.Buffers.Binary;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>The stored rows of one chunk of positions: those before p below the shard's own trace, the row of p in the revealed list.</summary>
internal static class StoredRows
{
    private static readonly MerkleTag s_position = new("TT/kvpo1");
    private static readonly MerkleTag s_trace = new("TT/trac1");

    /// <summary>The rows as binary16 bits, one after another.</summary>
    public static ushort[] Open(StepScope scope, KvChunk chunk, DisputeOperator op, int kvHead, int number)
    {
        ChunkRange range = ChunkRange.Of(number, scope.Context.Position, scope.Context.Positions);
        int rowBytes = scope.SaltBytes + (int)scope.Model.HeadDimension * sizeof(ushort);
        StepRefusal.Unless(chunk.Rows.Length == range.Rows * rowBytes, StepStage.Rows, StepCause.BadLength);
        RequireTrace(scope, chunk, range, op, kvHead, rowBytes);
        if (range.HoldsPosition)
        {
            Bytes32 own = scope.Entry(chunk.Own, scope.Group, op, kvHead, StepStage.Rows);
            Bytes32 leaf = Sha256Merkle.Leaf(chunk.Rows.AsSpan(range.Before * rowBytes));
            StepRefusal.Unless(leaf == own, StepStage.Rows, StepCause.BadPath);
        }
        else
        {
            StepRefusal.Unless(chunk.Own.Entry.IsZero && chunk.Own.Path.Length == 0, StepStage.Rows, StepCause.Unexpected);
        }
        return Halves(chunk.Rows, rowBytes, scope.SaltBytes);
    }

    private static void RequireTrace(StepScope scope, KvChunk chunk, ChunkRange range, DisputeOperator op, int kvHead, int rowBytes)
    {
        int perLayer = 2 * (int)scope.Model.KvHeadCount;
        ulong size = scope.Context.LayerCount * (ulong)perLayer;
        int index = (scope.Place.Layer - (int)scope.Context.FirstLayer) * perLayer
            + (op == DisputeOperator.ValueRow ? (int)scope.Model.KvHeadCount : 0) + kvHead;
        int depth = MerklePath.LengthOf(size, (ulong)index);
        bool fits = chunk.KvPaths.Length == range.Before * depth && chunk.Bounds.Length == 2 * range.Before
            && chunk.LaterLeaves.Length == range.Later;
        StepRefusal.Unless(fits, StepStage.Rows, StepCause.BadLength);
        Bytes32[] leaves = new Bytes32[range.Before + range.Later];
        for (int i = 0; i < range.Before; i++)
        {
            Bytes32 row = Sha256Merkle.Leaf(chunk.Rows.AsSpan(i * rowBytes, rowBytes));
            _ = MerkleProof.TryTreeHash<Sha256Merkle>(size, (ulong)index, row, chunk.KvPaths.AsSpan(i * depth, depth), out Bytes32 hash);
            Bytes32 kvRoot = Sha256Merkle.Root(s_position, size, hash);
            leaves[i] = TraceCommitment.Leaf((uint)(range.First + i), chunk.Bounds[2 * i], chunk.Bounds[2 * i + 1], kvRoot);
        }
        chunk.LaterLeaves.CopyTo(leaves, range.Before);
        Bytes32 node = new MerkleTree<Sha256Merkle>([.. leaves.Select(leaf => TraceCommitment.LeafHash(leaf))]).TreeHash;
        ulong positions = scope.Context.Positions;
        bool opens = MerkleProof.TryTreeHash<Sha256Merkle>(
            (positions + OperatorShapes.PositionChunk - 1) / OperatorShapes.PositionChunk, (ulong)(range.First / OperatorShapes.PositionChunk),
            node, chunk.Path, out Bytes32 root)
            && Sha256Merkle.Root(s_trace, positions, root) == scope.Context.TraceRoot;
        StepRefusal.Unless(opens, StepStage.Rows, StepCause.BadPath);
    }

    private static ushort[] Halves(byte[] rows, int rowBytes, int saltBytes)
    {
        int perRow = (rowBytes - saltBytes) / sizeof(ushort);
        ushort[] halves = new ushort[rows.Length / rowBytes * perRow];
        for (int i = 0; i < halves.Length; i++)
            halves[i] = BinaryPrimitives.ReadUInt16LittleEndian(rows.AsSpan(i / perRow * rowBytes + saltBytes + i % perRow * sizeof(ushort)));
        return halves;
    }
}
