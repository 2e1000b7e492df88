using System.Runtime.InteropServices;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tracing;

/// <summary>
/// What a shard commits about one job (docs/protocol.md, section 2): leaf(p) for each position, appended while it runs.
/// Only hashes are kept. Not safe for concurrent use.
/// </summary>
public sealed class ShardTrace
{
    private readonly List<Bytes32> _leaves = [];
    private readonly List<BoundaryRoots> _boundaries = [];
    private readonly MerkleFrontier<Sha256Merkle> _frontier = new();
    private readonly List<Bytes32> _kvRoots = [];
    private readonly PositionHasher _hasher;

    internal ShardTrace(ModelConfig config, LayerRange range, CommitmentSalts? salts)
    {
        Range = range;
        _hasher = new PositionHasher(config, salts);
    }

    /// <summary>The layers that the trace is about.</summary>
    public LayerRange Range { get; }

    /// <summary>Positions committed.</summary>
    public int Count => _leaves.Count;

    /// <summary>leaf(0), leaf(1), …</summary>
    public IReadOnlyList<Bytes32> Leaves => _leaves;

    /// <summary>The two edges of each position.</summary>
    public IReadOnlyList<BoundaryRoots> Boundaries => _boundaries;

    /// <summary>kvRoot(p) of each position: with the two edges, the pre-image of leaf(p).</summary>
    public IReadOnlyList<Bytes32> KvRoots => _kvRoots;

    /// <summary>traceRoot over leaf(0..positions-1); all positions, or fewer where the job ended earlier than the shard ran.</summary>
    /// <exception cref="ArgumentOutOfRangeException">positions is negative or beyond <see cref="Count"/>.</exception>
    public Bytes32 TraceRoot(int positions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(positions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positions, Count);
        return positions == Count
            ? TraceCommitment.Root(_frontier)
            : TraceCommitment.Root(CollectionsMarshal.AsSpan(_leaves)[..positions]);
    }

    /// <summary>The roots of the next <paramref name="count"/> positions' vectors at one edge: Range.First or Range.End.</summary>
    internal Bytes32[] HashVectors(WorkerPool pool, NativeBuffer<float> vectors, int boundary, int count) =>
        _hasher.VectorRoots(pool, vectors, boundary, Count, count);

    /// <summary>A stored row with its path below kvRoot(position), salted where the trace is.</summary>
    internal ProvenPage ProveRow(KvCache cache, int layer, bool values, int kvHead, int position) =>
        _hasher.ProveRow(cache, Range.First, layer, values, kvHead, position);

    internal void Append(WorkerPool pool, KvCache cache, int count, Bytes32[] hIn, Bytes32[] hOut)
    {
        (Bytes32[] leaves, Bytes32[] kvRoots) = _hasher.Leaves(pool, cache, Range.First, Count, hIn, hOut);
        for (int i = 0; i < count; i++)
        {
            _leaves.Add(leaves[i]);
            _frontier.Append(TraceCommitment.LeafHash(leaves[i]));
            _boundaries.Add(new BoundaryRoots(hIn[i], hOut[i]));
            _kvRoots.Add(kvRoots[i]);
        }
    }
}
