using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>
/// Some consecutive rows of a block and their scratch memory: a vector per row (first its query, then its output), its scores (then its
/// weights), and one widened page. The block was checked, which is what keeps the pointers inside of the scratch memory.
/// </summary>
internal readonly unsafe struct AttentionRows
{
    /// <summary>Rows of the memory come in fours, so that a kernel may compute absent ones.</summary>
    public const int Tile = 4;

    private readonly nint* _pages;
    private readonly long _keyOffset;
    private readonly long _valueOffset;
    private readonly int _firstPosition;
    private readonly int _heads;
    private readonly float* _vectors;
    private readonly float* _scores;

    public AttentionRows(in AttentionBlock block, nint* pages, float* scratch, int first, int count)
    {
        _pages = pages;
        (_keyOffset, _valueOffset) = (block.KeyOffset, block.ValueOffset);
        (_firstPosition, _heads, Dimension, Scale, First, Count) = (block.FirstPosition, block.Heads, block.Dimension, block.Scale, first, count);
        int positions = block.FirstPosition + block.Count;
        VectorStride = AttentionBlock.PaddedDimension(Dimension);
        ScoreStride = AttentionBlock.ScoreStride(positions);
        Page = scratch;
        _vectors = Page + AttentionBlock.PagePositions * VectorStride;
        _scores = _vectors + AttentionBlock.RowsAtATime(positions) * VectorStride;
    }

    /// <summary>The block's number of row 0.</summary>
    public int First { get; }

    public int Count { get; }

    public int Dimension { get; }

    /// <summary>Dimension rounded up to the sixteen lanes of a sum.</summary>
    public int LaneElements => (Dimension + LaneSum.Lanes - 1) / LaneSum.Lanes * LaneSum.Lanes;

    public float Scale { get; }

    /// <summary>Elements from a row's vector to the next one's.</summary>
    public int VectorStride { get; }

    /// <summary>Elements from a row's scores to the next one's.</summary>
    public int ScoreStride { get; }

    /// <summary>Room for a widened page: [dimension][32] or [32][VectorStride].</summary>
    public float* Page { get; }

    /// <summary>Pages that the last row reads, and so all rows.</summary>
    public int Pages => (PositionsOf(Count - 1) + AttentionBlock.PagePositions - 1) / AttentionBlock.PagePositions;

    public float* Vector(int row) => _vectors + (long)row * VectorStride;

    public float* Scores(int row) => _scores + (long)row * ScoreStride;

    public ushort* Keys(int page) => (ushort*)_pages[page] + _keyOffset;

    public ushort* Values(int page) => (ushort*)_pages[page] + _valueOffset;

    /// <summary>Positions that a row reads; no fewer than the row before.</summary>
    public int PositionsOf(int row) => _firstPosition + (First + row) / _heads + 1;

    /// <summary>How many of a page's positions a row reads.</summary>
    public int SlotsOf(int row, int page) =>
        Math.Clamp(PositionsOf(row) - page * AttentionBlock.PagePositions, 0, AttentionBlock.PagePositions);

    /// <summary>The first row that reads a page.</summary>
    public int FirstRowOf(int page) =>
        (int)Math.Max(0, ((long)page * AttentionBlock.PagePositions - _firstPosition) * _heads - First);

    /// <summary>Zeros in the vectors of all rows, absent ones of the last tile included.</summary>
    public void ClearVectors() => new Span<float>(_vectors, (Count + Tile - 1) / Tile * Tile * VectorStride).Clear();
}
