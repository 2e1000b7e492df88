namespace TeeTee.Numerics.Operators;

/// <summary>
/// One query head at position p with its intermediates after each of the n = floor(p / 32) + 1 chunks of 32 positions (rulings 11 to 15).
/// </summary>
/// <param name="Scores">[p + 1].</param>
/// <param name="Maxima">[n]: the running maximum after each chunk.</param>
/// <param name="Sums">[n x 16]: the lanes of the sum of e_j = expNeg(s_j - M), M the last maximum.</param>
/// <param name="Rows">[n x head dimension]: the running output row; the last one is the head's result.</param>
public sealed record HeadOutput(float[] Scores, float[] Maxima, float[] Sums, float[] Rows)
{
    /// <summary>The whole head.</summary>
    /// <param name="query">The rotated query of the head, head dimension elements.</param>
    /// <param name="keys">The stored key rows of positions 0..p, one after another.</param>
    /// <param name="values">The stored value rows likewise.</param>
    /// <param name="scale">The factor on scores.</param>
    /// <exception cref="NonFiniteException">An intermediate is not finite.</exception>
    public static HeadOutput Of(ReadOnlySpan<float> query, ReadOnlySpan<ushort> keys, ReadOnlySpan<ushort> values, float scale)
    {
        int dimension = query.Length;
        int positions = keys.Length / dimension;
        int chunks = OperatorShapes.ChunksOf(positions - 1);
        HeadOutput head = new(new float[positions], new float[chunks], new float[chunks * LaneSum.Lanes], new float[chunks * dimension]);
        float? max = null;
        for (int c = 0; c < chunks; c++)
            max = head.Maxima[c] = HeadSteps.Scores(query, Part(keys, c, dimension), scale, max, head.ScoresOf(c));
        Span<float> lanes = stackalloc float[LaneSum.Lanes];
        for (int c = 0; c < chunks; c++)
        {
            HeadSteps.AddSums(head.ScoresOf(c), max!.Value, lanes);
            lanes.CopyTo(head.Sums.AsSpan(c * LaneSum.Lanes));
        }
        float sum = HeadSteps.Total(lanes);
        float[] row = new float[dimension];
        for (int c = 0; c < chunks; c++)
        {
            HeadSteps.AddRows(head.ScoresOf(c), max!.Value, sum, Part(values, c, dimension), row);
            row.CopyTo(head.Rows.AsSpan(c * dimension));
        }
        return head;
    }

    /// <summary>The scores of one chunk.</summary>
    public Span<float> ScoresOf(int chunk)
    {
        int start = chunk * OperatorShapes.PositionChunk;
        return Scores.AsSpan(start, Math.Min(OperatorShapes.PositionChunk, Scores.Length - start));
    }

    /// <summary>The result: the running row after the last chunk.</summary>
    public ReadOnlySpan<float> Result => Rows.AsSpan(Rows.Length - Rows.Length / Maxima.Length);

    private static ReadOnlySpan<ushort> Part(ReadOnlySpan<ushort> rows, int chunk, int dimension)
    {
        int start = chunk * OperatorShapes.PositionChunk * dimension;
        return rows.Slice(start, Math.Min(OperatorShapes.PositionChunk * dimension, rows.Length - start));
    }
}
