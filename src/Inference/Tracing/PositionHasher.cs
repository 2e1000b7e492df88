using System.Runtime.InteropServices;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tracing;

/// <summary>Feeds vectors and cache rows to the commitments of docs/protocol.md, section 2, several positions at a time.</summary>
internal sealed class PositionHasher(ModelConfig config)
{
    private readonly int _rowBytes = config.HeadDimension * sizeof(ushort);

    private int LayerBytes => 2 * config.KvHeadCount * _rowBytes;

    /// <summary>The roots of count vectors of embedding length.</summary>
    public Bytes32[] VectorRoots(WorkerPool pool, NativeBuffer<float> vectors, int count)
    {
        Bytes32[] roots = new Bytes32[count];
        pool.Run(count, (i, _) =>
            roots[i] = VectorCommitment.Root(vectors.Slice((long)i * config.EmbeddingLength, config.EmbeddingLength)));
        return roots;
    }

    /// <summary>leaf(start + i) and kvRoot(start + i) from the boundary roots and the rows in the cache.</summary>
    public (Bytes32[] Leaves, Bytes32[] KvRoots) Leaves(WorkerPool pool, KvCache cache, int start, Bytes32[] hIn, Bytes32[] hOut)
    {
        Bytes32[] leaves = new Bytes32[hIn.Length];
        Bytes32[] kvRoots = new Bytes32[hIn.Length];
        pool.Run(leaves.Length, (i, _) =>
        {
            kvRoots[i] = KvRoot(cache, start + i);
            leaves[i] = TraceCommitment.Leaf((uint)(start + i), hIn[i], hOut[i], kvRoots[i]);
        });
        return (leaves, kvRoots);
    }

    /// <summary>The root over all rows of one layer, position by position.</summary>
    public Bytes32 LayerRoot(KvCache cache, int layer, int positions)
    {
        byte[] rows = new byte[LayerBytes];
        Bytes32[] leaves = new Bytes32[positions];
        for (int p = 0; p < positions; p++)
        {
            CopyRows(cache, layer, p, rows);
            leaves[p] = KvCommitment.LayerLeaf(rows);
        }
        return KvCommitment.LayerRoot(leaves);
    }

    private Bytes32 KvRoot(KvCache cache, int position)
    {
        byte[] rows = new byte[cache.Layers * LayerBytes];
        for (int layer = 0; layer < cache.Layers; layer++)
            CopyRows(cache, layer, position, rows.AsSpan(layer * LayerBytes, LayerBytes));
        return KvCommitment.PositionRoot(rows, _rowBytes);
    }

    // The committed order inside a layer: the keys of all heads, then the values of all heads.
    private void CopyRows(KvCache cache, int layer, int position, Span<byte> target)
    {
        for (int row = 0; row < 2 * config.KvHeadCount; row++)
        {
            Span<ushort> halves = cache.Row(layer, row >= config.KvHeadCount, row % config.KvHeadCount, position);
            MemoryMarshal.AsBytes(halves).CopyTo(target[(row * _rowBytes)..]);
        }
    }
}
