using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tracing;

/// <summary>Feeds vectors and cache rows to the commitments of docs/protocol.md, section 2, several positions at a time.</summary>
internal sealed class PositionHasher(ModelConfig config)
{
    private const int PageBytes = 1024;
    private static readonly MerkleTag s_vector = new("TT/vect1");
    private static readonly MerkleTag s_rows = new("TT/kvpo1");
    private static readonly MerkleTag s_layer = new("TT/kvly1");
    private static readonly MerkleTag s_trace = new("TT/trac1");

    /// <summary>The roots of count vectors of embedding length.</summary>
    public Bytes32[] VectorRoots(WorkerPool pool, NativeBuffer<float> vectors, int count)
    {
        Bytes32[] roots = new Bytes32[count];
        pool.Run(count, (i, _) => roots[i] = VectorRoot(vectors.Slice((long)i * config.EmbeddingLength, config.EmbeddingLength)));
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
            leaves[i] = Leaf((uint)(start + i), hIn[i], hOut[i], kvRoots[i]);
        });
        return (leaves, kvRoots);
    }

    /// <summary>The root over leaves in order of position.</summary>
    public static Bytes32 TraceRoot(IEnumerable<Bytes32> leaves)
    {
        MerkleFrontier<Sha256Merkle> frontier = new();
        Span<byte> data = stackalloc byte[Bytes32.Size];
        foreach (Bytes32 leaf in leaves)
        {
            leaf.CopyTo(data);
            frontier.Append(Sha256Merkle.Leaf(data));
        }
        return frontier.Root(s_trace);
    }

    /// <summary>The root over all rows of one layer, position by position.</summary>
    public static Bytes32 LayerRoot(KvCache cache, ModelConfig config, int layer, int positions)
    {
        MerkleFrontier<Sha256Merkle> frontier = new();
        using MemoryStream rows = new();
        for (int p = 0; p < positions; p++)
        {
            rows.SetLength(0);
            for (int row = 0; row < 2 * config.KvHeadCount; row++)
                rows.Write(Row(cache, config, layer, row, p));
            frontier.Append(Sha256Merkle.Leaf(rows.GetBuffer().AsSpan(0, (int)rows.Length)));
        }
        return frontier.Root(s_layer);
    }

    private static Bytes32 VectorRoot(ReadOnlySpan<float> vector)
    {
        MerkleFrontier<Sha256Merkle> frontier = new();
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(vector);
        for (int start = 0; start < bytes.Length; start += PageBytes)
            frontier.Append(Sha256Merkle.Leaf(bytes.Slice(start, Math.Min(PageBytes, bytes.Length - start))));
        return Sha256Merkle.Root(s_vector, (ulong)vector.Length, frontier.TreeHash);
    }

    private static Bytes32 Leaf(uint position, Bytes32 hIn, Bytes32 hOut, Bytes32 kv)
    {
        Span<byte> message = stackalloc byte[8 + 4 + 3 * Bytes32.Size];
        "TT/leaf1"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt32BigEndian(message[8..], position);
        hIn.CopyTo(message[12..]);
        hOut.CopyTo(message[44..]);
        kv.CopyTo(message[76..]);
        return Sha256.Hash(message);
    }

    private Bytes32 KvRoot(KvCache cache, int position)
    {
        MerkleFrontier<Sha256Merkle> frontier = new();
        for (int layer = 0; layer < cache.Layers; layer++)
        {
            for (int row = 0; row < 2 * config.KvHeadCount; row++)
                frontier.Append(Sha256Merkle.Leaf(Row(cache, config, layer, row, position)));
        }
        return frontier.Root(s_rows);
    }

    // Rows of a layer in committed order: the keys of all heads, then the values of all heads.
    private static ReadOnlySpan<byte> Row(KvCache cache, ModelConfig config, int layer, int row, int position) =>
        MemoryMarshal.AsBytes(cache.Row(layer, row >= config.KvHeadCount, row % config.KvHeadCount, position));
}
