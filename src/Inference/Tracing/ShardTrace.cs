using System.Runtime.InteropServices;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tracing;

/// <summary>
/// What a shard commits about one job (docs/protocol.md, section 2): leaf(p) for each position, appended while it runs.
/// Only hashes are kept. Not safe for concurrent use.
/// </summary>
public sealed class ShardTrace
{
    private const int AppendBatch = 32;

    private readonly List<Bytes32> _leaves;
    private readonly List<BoundaryRoots> _boundaries;
    private readonly MerkleFrontier<Sha256Merkle> _frontier = new();
    private readonly List<Bytes32> _kvRoots;
    private readonly PositionHasher _hasher;

    /// <param name="config">Shapes.</param>
    /// <param name="range">The layers.</param>
    /// <param name="salts">Of a sealed job; null for a public one.</param>
    /// <param name="capacity">Positions up to which appending allocates nothing.</param>
    internal ShardTrace(ModelConfig config, LayerRange range, CommitmentSalts? salts, int capacity)
    {
        Range = range;
        _hasher = new PositionHasher(config, salts);
        (_leaves, _boundaries, _kvRoots) = (new(capacity), new(capacity), new(capacity));
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

    /// <summary>The root of a vector at one edge, Range.First or Range.End. Safe for concurrent use.</summary>
    internal Bytes32 VectorRoot(int boundary, int position, ReadOnlySpan<float> vector) => _hasher.VectorRoot(boundary, position, vector);

    /// <summary>The leaves of kvRoot(position) that are one layer's. Safe for concurrent use; changes nothing.</summary>
    /// <param name="layer">Counted inside the shard.</param>
    /// <param name="position">p.</param>
    /// <param name="rows">The stored halves: the keys of all heads, then the values of all heads.</param>
    /// <param name="leaves">One per row.</param>
    internal void HashRows(int layer, int position, ReadOnlySpan<ushort> rows, Span<Bytes32> leaves) =>
        _hasher.RowLeaves(Range.First + layer, position, rows, leaves);

    /// <summary>What is committed about a position, which need not be the next one. Safe for concurrent use; changes nothing.</summary>
    /// <param name="position">p.</param>
    /// <param name="hIn">The vector that enters the first layer.</param>
    /// <param name="hOut">The vector that leaves the last layer.</param>
    /// <param name="knownHIn">The root of hIn where it is known already.</param>
    /// <param name="kvRoot">The root over the leaves that <see cref="HashRows"/> gave for all layers.</param>
    internal PositionCommitment Hash(int position, ReadOnlySpan<float> hIn, ReadOnlySpan<float> hOut, Bytes32? knownHIn, in Bytes32 kvRoot)
    {
        BoundaryRoots bounds = knownHIn is { } known
            ? new BoundaryRoots(known, VectorRoot(Range.End, position, hOut))
            : _hasher.EdgeRoots(Range, position, hIn, hOut);
        return new PositionCommitment(bounds, kvRoot, TraceCommitment.Leaf((uint)position, bounds.HIn, bounds.HOut, kvRoot));
    }

    /// <summary>The same with the rows that the cache holds.</summary>
    internal PositionCommitment Hash(KvCache cache, int position, ReadOnlySpan<float> hIn, ReadOnlySpan<float> hOut) =>
        Hash(position, hIn, hOut, knownHIn: null, _hasher.KvRoot(cache, Range.First, position));

    /// <summary>What was committed about a position.</summary>
    internal PositionCommitment CommitmentAt(int position) => new(_boundaries[position], _kvRoots[position], _leaves[position]);

    /// <summary>Commits the next positions.</summary>
    internal void Append(ReadOnlySpan<PositionCommitment> commitments)
    {
        Span<Bytes32> hashes = stackalloc Bytes32[AppendBatch];
        while (!commitments.IsEmpty)
        {
            int count = Math.Min(commitments.Length, AppendBatch);
            foreach (ref readonly PositionCommitment commitment in commitments[..count])
            {
                _leaves.Add(commitment.Leaf);
                _boundaries.Add(commitment.Bounds);
                _kvRoots.Add(commitment.KvRoot);
            }
            TraceCommitment.LeafHashes(CollectionsMarshal.AsSpan(_leaves)[^count..], hashes);
            _frontier.Append(hashes[..count]);
            commitments = commitments[count..];
        }
    }

    /// <summary>A stored row with its path below kvRoot(position), salted where the trace is.</summary>
    internal ProvenPage ProveRow(KvCache cache, int layer, bool values, int kvHead, int position) =>
        _hasher.ProveRow(cache, Range.First, layer, values, kvHead, position);
}
