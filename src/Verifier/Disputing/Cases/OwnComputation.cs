using TeeTee.Inference.Disputes;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Verifier.Disputing;

/// <summary>What one position of a shard is by canonical computation, from inputs that are canonical too.</summary>
/// <param name="Context">What it follows from, as the contract derives it.</param>
/// <param name="List">Every operator.</param>
/// <param name="Stored">The earlier positions' rows and the trace up to it.</param>
/// <param name="Weights">Proofs of weight pages.</param>
/// <param name="Published">The leaves that the shard signed.</param>
/// <param name="NextToken">token(p + 1) as it was published.</param>
internal sealed record OwnComputation(
    DisputeContext Context, OperatorList List, ExpandedPosition Stored, IWeightPages Weights, IReadOnlyList<Bytes32> Published, uint NextToken) : IDisposable
{
    /// <summary>p.</summary>
    public int Position => (int)Context.Position;

    /// <summary>leaf(p) as it should be.</summary>
    public Bytes32 Leaf => Stored.Trace.Leaves[Position];

    /// <summary>Whether the shard signed what it should have, here and before, and picked what it should have.</summary>
    public bool IsAsPublished => Leaf == Published[Position] && PicksAsPublished;

    /// <summary>Whether all earlier leaves are canonical: then every input of this position is.</summary>
    public bool HasCanonicalPast => Stored.Trace.Leaves.Take(Position).SequenceEqual(Published.Take(Position));

    private bool PicksAsPublished => List.Outputs.Final is not { } final || SegmentBest.Winner(final.Bests) == NextToken;

    /// <inheritdoc/>
    public void Dispose() => Stored.Dispose();
}
