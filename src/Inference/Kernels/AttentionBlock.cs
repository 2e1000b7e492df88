namespace TeeTee.Inference.Kernels;

/// <summary>
/// Attention of all query heads that share one kv head, at consecutive positions of one session, over a paged KV cache.
/// Query t of head h reads the stored positions 0 .. FirstPosition + t, its own included.
/// </summary>
internal readonly ref struct AttentionBlock
{
    /// <summary>Positions of a page.</summary>
    public const int PagePositions = 32;

    // More rows share the work of widening a page; beyond this it is a few percent already.
    private const int MostRows = 128;
    private const int FewestRows = 8;

    // Scores kept at a time where the context is long: they stay in the second-level cache, or nearly.
    private const int ScoreBudget = 1 << 18;

    // A line between rows, so that the same position of many rows does not fall on the same few sets of a cache.
    private const int ScoreSkew = 16;

    /// <summary>Address of each page in order of positions; the caller keeps them alive. Their stored halves are finite at all positions read.</summary>
    public required ReadOnlySpan<nint> Pages { get; init; }

    /// <summary>Where the keys of this layer and kv head begin in a page, in halves: [dimension][32 positions].</summary>
    public required long KeyOffset { get; init; }

    /// <summary>Where the values of this layer and kv head begin in a page, in halves: [32 positions][dimension].</summary>
    public required long ValueOffset { get; init; }

    /// <summary>Elements of a head, any number from 1.</summary>
    public required int Dimension { get; init; }

    /// <summary>Position of the first query.</summary>
    public required int FirstPosition { get; init; }

    /// <summary>Number of positions that ask.</summary>
    public required int Count { get; init; }

    /// <summary>Query heads of the kv head.</summary>
    public required int Heads { get; init; }

    /// <summary>The factor on scores.</summary>
    public required float Scale { get; init; }

    /// <summary>Rotated queries: head h of position t starts at t * QueryStride + h * Dimension.</summary>
    public required ReadOnlySpan<float> Query { get; init; }

    public required int QueryStride { get; init; }

    /// <summary>Receives the heads, laid out as the queries are by OutputStride; not the memory of the queries.</summary>
    public required Span<float> Output { get; init; }

    public required int OutputStride { get; init; }

    /// <summary>At least ScratchLength(FirstPosition + Count, Dimension) elements, one scratch per thread; 64-byte alignment is faster.</summary>
    public required Span<float> Scratch { get; init; }

    /// <summary>Queries, counted over positions and heads: row t * Heads + h.</summary>
    public int Rows => Count * Heads;

    /// <summary>Elements of scratch memory that any implementation needs; no fewer for more positions.</summary>
    /// <param name="positions">The most positions that a query of a block reads.</param>
    /// <param name="dimension">Elements of a head.</param>
    public static int ScratchLength(int positions, int dimension)
    {
        long padded = PaddedPositions(positions);
        long scores = Math.Min(MostRows * padded, Math.Max(ScoreBudget, FewestRows * padded)) + MostRows * ScoreSkew;
        return checked((int)(scores + (MostRows + PagePositions) * (long)PaddedDimension(dimension)));
    }

    /// <summary>Rows whose scores are in scratch memory at the same time, a multiple of four.</summary>
    public static int RowsAtATime(int positions) => Math.Clamp(ScoreBudget / PaddedPositions(positions) / 4 * 4, FewestRows, MostRows);

    /// <summary>Elements from a row's scores to the next row's.</summary>
    public static int ScoreStride(int positions) => PaddedPositions(positions) + ScoreSkew;

    /// <summary>The dimension rounded up to two of the widest vectors.</summary>
    public static int PaddedDimension(int dimension) => checked((dimension + 31) / 32 * 32);

    private static int PaddedPositions(int positions) => checked((positions + PagePositions - 1) / PagePositions * PagePositions);

    /// <summary>Positions that a row reads.</summary>
    public int PositionsOf(int row) => FirstPosition + row / Heads + 1;

    /// <summary>Where a row's query begins.</summary>
    public int QueryOf(int row) => row / Heads * QueryStride + row % Heads * Dimension;

    /// <summary>Where a row's output begins.</summary>
    public int OutputOf(int row) => row / Heads * OutputStride + row % Heads * Dimension;

    /// <summary>Checks that everything read and written lies inside the memory given; what a page holds is the caller's word.</summary>
    /// <exception cref="ArgumentException">A size does not fit.</exception>
    public void Check()
    {
        if (Dimension < 1 || FirstPosition < 0 || Count < 1 || Heads < 1 || FirstPosition > int.MaxValue - PagePositions - Count)
            throw new ArgumentException($"No attention of {Count} positions from {FirstPosition} with {Heads} heads of {Dimension} elements.");
        int positions = FirstPosition + Count;
        RequireLength(Pages.Length, PaddedPositions(positions) / PagePositions, nameof(Pages));
        RequireRows(Query.Length, QueryStride, nameof(Query), nameof(QueryStride));
        RequireRows(Output.Length, OutputStride, nameof(Output), nameof(OutputStride));
        RequireLength(Scratch.Length, ScratchLength(positions, Dimension), nameof(Scratch));
    }

    private void RequireRows(int length, int stride, string name, string strideName)
    {
        RequireLength(stride, Count == 1 ? 0 : (long)Heads * Dimension, strideName);
        RequireLength(length, (Count - 1L) * stride + (long)Heads * Dimension, name);
    }

    private static void RequireLength(int actual, long minimum, string name)
    {
        if (actual < minimum)
            throw new ArgumentException($"{name} is {actual}, needs at least {minimum}.", name);
    }
}
