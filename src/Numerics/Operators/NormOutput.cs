namespace TeeTee.Numerics.Operators;

/// <summary>What a norm commits of one vector (rulings 7, 8).</summary>
/// <param name="R">1 / sqrt(mean of squares + epsilon).</param>
/// <param name="Lanes">[chunks x 16]: the lanes of the sum of squares after every 1,024 elements, cumulative.</param>
public sealed record NormOutput(float R, float[] Lanes)
{
    /// <summary>The statistic of a vector of any length.</summary>
    /// <exception cref="NonFiniteException">A sum or r is not finite.</exception>
    public static NormOutput Of(ReadOnlySpan<float> x, float epsilon)
    {
        int chunks = OperatorShapes.PartsOf(x.Length, OperatorShapes.NormChunk);
        float[] lanes = new float[chunks * LaneSum.Lanes];
        Span<float> running = stackalloc float[LaneSum.Lanes];
        for (int c = 0; c < chunks; c++)
        {
            int start = c * OperatorShapes.NormChunk;
            AddSquares(x.Slice(start, Math.Min(OperatorShapes.NormChunk, x.Length - start)), running);
            running.CopyTo(lanes.AsSpan(c * LaneSum.Lanes));
        }
        return new NormOutput(InverseRoot(running, x.Length, epsilon), lanes);
    }

    /// <summary>Continues the lanes over one chunk; its first element is at a multiple of 16.</summary>
    public static void AddSquares(ReadOnlySpan<float> chunk, Span<float> lanes)
    {
        for (int i = 0; i < chunk.Length; i++)
            lanes[i % LaneSum.Lanes] = MathF.FusedMultiplyAdd(chunk[i], chunk[i], lanes[i % LaneSum.Lanes]);
    }

    /// <summary>r from the lanes after the last chunk, which are folded in a copy.</summary>
    /// <exception cref="NonFiniteException">An intermediate is not finite.</exception>
    public static float InverseRoot(ReadOnlySpan<float> lanes, int count, float epsilon)
    {
        Span<float> folded = stackalloc float[LaneSum.Lanes];
        lanes.CopyTo(folded);
        return RmsNorm.InverseRoot(LaneSum.Fold(folded), count, epsilon);
    }
}
