using System.Buffers;
using System.Runtime.InteropServices;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tracing;

/// <summary>Feeds vectors and cache rows to the commitments of docs/protocol.md, section 2, position by position.</summary>
/// <param name="config">Shapes.</param>
/// <param name="salts">Of a sealed job; null for a public one.</param>
internal sealed class PositionHasher(ModelConfig config, CommitmentSalts? salts)
{
    private readonly int _rowBytes = config.HeadDimension * sizeof(ushort);

    private int LayerBytes => 2 * config.KvHeadCount * _rowBytes;

    /// <summary>The root of the vector of embedding length that enters layer <paramref name="boundary"/> at a position.</summary>
    public Bytes32 VectorRoot(int boundary, int position, ReadOnlySpan<float> vector) =>
        VectorCommitment.Root(vector, salts?.Vector(boundary, position));

    /// <summary>Both edges' roots at a position, their trees folded together.</summary>
    public BoundaryRoots EdgeRoots(LayerRange range, int position, ReadOnlySpan<float> hIn, ReadOnlySpan<float> hOut)
    {
        int pages = VectorCommitment.PagesOf(hIn.Length * sizeof(float));
        Bytes32[] leaves = ArrayPool<Bytes32>.Shared.Rent(2 * pages);
        VectorCommitment.PageLeaves(hIn, salts?.Vector(range.First, position), leaves);
        VectorCommitment.PageLeaves(hOut, salts?.Vector(range.End, position), leaves.AsSpan(pages));
        Span<Bytes32> roots = stackalloc Bytes32[2];
        VectorCommitment.Roots(leaves, pages, (ulong)hIn.Length, roots);
        ArrayPool<Bytes32>.Shared.Return(leaves);
        return new BoundaryRoots(roots[0], roots[1]);
    }

    /// <summary>The leaf hashes of a layer's rows at a position; the layer counts over the whole model.</summary>
    public void RowLeaves(int layer, int position, ReadOnlySpan<ushort> rows, Span<Bytes32> leaves) =>
        KvCommitment.RowLeaves(MemoryMarshal.AsBytes(rows), _rowBytes, salts?.KvRows(layer, position), leaves);

    /// <summary>The root over all rows of a position; the cache's first layer is firstLayer of the model.</summary>
    public Bytes32 KvRoot(KvCache cache, int firstLayer, int position)
    {
        ushort[] rows = new ushort[2 * config.KvLength];
        int perLayer = 2 * config.KvHeadCount;
        Bytes32[] leaves = new Bytes32[cache.Layers * perLayer];
        for (int layer = 0; layer < cache.Layers; layer++)
        {
            CopyRows(cache, layer, position, MemoryMarshal.AsBytes(rows.AsSpan()));
            RowLeaves(firstLayer + layer, position, rows, leaves.AsSpan(layer * perLayer, perLayer));
        }
        Span<Bytes32> root = stackalloc Bytes32[1];
        KvCommitment.PositionRoots(leaves, leaves.Length, root);
        return root[0];
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

    /// <summary>One row of a position, behind its salt where there is one, with its path below kvRoot.</summary>
    public ProvenPage ProveRow(KvCache cache, int firstLayer, int layer, bool values, int kvHead, int position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(kvHead);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(kvHead, config.KvHeadCount);
        int perLayer = 2 * config.KvHeadCount;
        Bytes32[] leaves = new Bytes32[cache.Layers * perLayer];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = Sha256Merkle.Leaf(SaltedRow(cache, firstLayer, i, position));
        int index = (layer - firstLayer) * perLayer + (values ? config.KvHeadCount : 0) + kvHead;
        return new ProvenPage(SaltedRow(cache, firstLayer, index, position), new MerkleTree<Sha256Merkle>(leaves).Prove(index));
    }

    private byte[] SaltedRow(KvCache cache, int firstLayer, int index, int position)
    {
        (int layer, int row) = Math.DivRem(index, 2 * config.KvHeadCount);
        ushort[] halves = new ushort[config.HeadDimension];
        cache.CopyRow(layer, row >= config.KvHeadCount, row % config.KvHeadCount, position, halves);
        byte[] salt = salts?.KvRows(firstLayer + layer, position)[row].ToArray() ?? [];
        return [.. salt, .. MemoryMarshal.AsBytes<ushort>(halves)];
    }

    // The committed order inside a layer: the keys of all heads, then the values of all heads.
    private void CopyRows(KvCache cache, int layer, int position, Span<byte> target)
    {
        for (int row = 0; row < 2 * config.KvHeadCount; row++)
        {
            Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(target.Slice(row * _rowBytes, _rowBytes));
            cache.CopyRow(layer, row >= config.KvHeadCount, row % config.KvHeadCount, position, halves);
        }
    }
}
