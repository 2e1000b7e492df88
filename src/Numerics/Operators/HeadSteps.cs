namespace TeeTee.Numerics.Operators;

/// <summary>Attention of one head, one chunk of 32 positions at a time, each step continuing what is committed of the chunk before.</summary>
public static class HeadSteps
{
    /// <summary>The scores of a chunk.</summary>
    /// <param name="query">The rotated query of the head.</param>
    /// <param name="keys">The chunk's key rows, one per score.</param>
    /// <param name="scale">The factor on scores.</param>
    /// <param name="max">The running maximum before the chunk; null at the first.</param>
    /// <param name="scores">Receives the scores.</param>
    /// <returns>The running maximum after the chunk, -0 below +0.</returns>
    /// <exception cref="NonFiniteException">A score is not finite.</exception>
    public static float Scores(ReadOnlySpan<float> query, ReadOnlySpan<ushort> keys, float scale, float? max, Span<float> scores)
    {
        Attention.Scores(query, keys, scale, scores);
        float chunk = Attention.Max(scores);
        return max is { } before ? Attention.Max([before, chunk]) : chunk;
    }

    /// <summary>Continues the lanes of the sum of expNeg(s - max); the chunk starts at a multiple of 32.</summary>
    public static void AddSums(ReadOnlySpan<float> scores, float max, Span<float> lanes)
    {
        for (int j = 0; j < scores.Length; j++)
            lanes[j % LaneSum.Lanes] += CanonicalExp.ExpNeg(scores[j] - max);
    }

    /// <summary>The denominator: the fold of the lanes after the last chunk, in a copy.</summary>
    /// <exception cref="NonFiniteException">It is not finite.</exception>
    public static float Total(ReadOnlySpan<float> lanes)
    {
        Span<float> folded = stackalloc float[LaneSum.Lanes];
        lanes.CopyTo(folded);
        return Finite.Require(LaneSum.Fold(folded), "attention.sum");
    }

    /// <summary>Continues the output row: row[i] = fma(expNeg(s_j - max) / sum, v_j[i], row[i]).</summary>
    /// <param name="scores">The chunk's scores.</param>
    /// <param name="max">The maximum over all positions.</param>
    /// <param name="sum">The denominator.</param>
    /// <param name="values">The chunk's value rows, one per score.</param>
    /// <param name="row">Head dimension elements, +0 before the first chunk.</param>
    /// <exception cref="NonFiniteException">An element is not finite.</exception>
    public static void AddRows(ReadOnlySpan<float> scores, float max, float sum, ReadOnlySpan<ushort> values, Span<float> row)
    {
        Shape.RequireEqual(values.Length, scores.Length * row.Length);
        for (int j = 0; j < scores.Length; j++)
        {
            float weight = CanonicalExp.ExpNeg(scores[j] - max) / sum;
            for (int i = 0; i < row.Length; i++)
                row[i] = MathF.FusedMultiplyAdd(weight, Fp16.ToSingle(values[j * row.Length + i]), row[i]);
        }
        Finite.Require(row, "attention.output");
    }
}
