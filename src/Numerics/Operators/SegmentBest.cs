namespace TeeTee.Numerics.Operators;

/// <summary>The best score of one segment of logits.</summary>
/// <param name="Score">The logit (greedy) or fma(logit, 1/T, noise).</param>
/// <param name="Id">The token that has it; the lowest on ties, -0 and +0 being equal.</param>
public readonly record struct SegmentBest(float Score, uint Id)
{
    /// <summary>Whether this one wins over another, the order of which does not matter.</summary>
    public bool Beats(SegmentBest other) => Score > other.Score || (Score == other.Score && Id < other.Id);

    /// <summary>The best of each segment of logits.</summary>
    /// <param name="logits">All logits.</param>
    /// <param name="segment">Logits per segment.</param>
    /// <param name="inverseTemperature">1/T; null for greedy picks.</param>
    /// <param name="noise">The noise of the pick; not read for greedy ones.</param>
    /// <exception cref="NonFiniteException">A score is not finite.</exception>
    public static SegmentBest[] Of(ReadOnlySpan<float> logits, int segment, float? inverseTemperature, GumbelNoise noise)
    {
        SegmentBest[] bests = new SegmentBest[OperatorShapes.PartsOf(logits.Length, segment)];
        for (int id = 0; id < logits.Length; id++)
        {
            SegmentBest candidate = new(ScoreOf(logits[id], (uint)id, inverseTemperature, noise), (uint)id);
            if (id % segment == 0 || candidate.Beats(bests[id / segment]))
                bests[id / segment] = candidate;
        }
        return bests;
    }

    /// <summary>The score of one token.</summary>
    /// <exception cref="NonFiniteException">It is not finite.</exception>
    public static float ScoreOf(float logit, uint id, float? inverseTemperature, GumbelNoise noise) => Finite.Require(
        inverseTemperature is { } factor ? MathF.FusedMultiplyAdd(logit, factor, noise.At(id)) : logit, "pick", (int)id);

    /// <summary>The token that wins over all segments.</summary>
    public static uint Winner(ReadOnlySpan<SegmentBest> bests)
    {
        SegmentBest best = bests[0];
        foreach (SegmentBest candidate in bests[1..])
            best = candidate.Beats(best) ? candidate : best;
        return best.Id;
    }
}
