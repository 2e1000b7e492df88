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
/// <param name="Tokens">Ids at positions 0..T as they were published.</param>
/// <param name="Salts">Of a sealed job.</param>
internal sealed record OwnComputation(
    DisputeContext Context, OperatorList List, ExpandedPosition Stored, IWeightPages Weights, IReadOnlyList<Bytes32> Published, IReadOnlyList<uint> Tokens,
    CommitmentSalts? Salts) : IDisposable
{
    /// <summary>Where witnesses take what is in no list.</summary>
    public WitnessSources Sources => new() { Weights = Weights, Stored = Stored, TraceLeaves = Published, Tokens = Tokens, Salts = Salts };

    /// <summary>leaf(p) opened below the signed trace; only where it is as it should be.</summary>
    public TraceOpening OwnOpening => new(
        Stored.Trace.Boundaries[Position].HIn, Stored.Trace.Boundaries[Position].HOut, Stored.Trace.KvRoots[Position],
        TraceCommitment.Prove([.. Published], Position));

    /// <summary>The page of tokensRoot that holds token(p + 1), where the list ends with a pick.</summary>
    public ProvenPage? NextTokenPage => List.Outputs.Final is null ? null : TokenPage(Position + 1);

    /// <summary>p.</summary>
    public int Position => (int)Context.Position;

    /// <summary>leaf(p) as it should be.</summary>
    public Bytes32 Leaf => Stored.Trace.Leaves[Position];

    /// <summary>Whether the shard signed what it should have, here and before, and picked what it should have.</summary>
    public bool IsAsPublished => Leaf == Published[Position] && PicksAsPublished;

    /// <summary>Whether all earlier leaves are canonical: then every input of this position is.</summary>
    public bool HasCanonicalPast => Stored.Trace.Leaves.Take(Position).SequenceEqual(Published.Take(Position));

    private bool PicksAsPublished => List.Outputs.Final is not { } final || SegmentBest.Winner(final.Bests) == Tokens[Position + 1];

    private ProvenPage TokenPage(int position)
    {
        int page = position / TokenCommitment.PageTokens;
        uint[] tokens = [.. Tokens];
        byte[] bytes = TokenBytes.Encode(tokens.AsSpan(page * TokenCommitment.PageTokens, Math.Min(TokenCommitment.PageTokens, tokens.Length - page * TokenCommitment.PageTokens)));
        byte[] salt = Salts?.Tokens[page].ToArray() ?? [];
        return new ProvenPage([.. salt, .. bytes], TokenCommitment.ProvePage(tokens, page, Salts?.Tokens));
    }

    /// <inheritdoc/>
    public void Dispose() => Stored.Dispose();
}
