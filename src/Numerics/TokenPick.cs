namespace TeeTee.Numerics;

/// <summary>The choice of the next token from finite logits; ties (-0 equals +0) go to the lowest id (ruling 25).</summary>
public static class TokenPick
{
    /// <summary>The id with the largest logit.</summary>
    /// <exception cref="NonFiniteException">A logit is not finite.</exception>
    public static uint Greedy(ReadOnlySpan<float> logits)
    {
        Shape.RequireAtLeast(logits.Length, 1);
        int best = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (Finite.Require(logits[i], "pick", i) > logits[best])
                best = i;
        }
        return (uint)best;
    }

    /// <summary>The id with the largest fma(logit, inverseTemperature, noise): a sample of the softmax at that temperature.</summary>
    /// <exception cref="NonFiniteException">A score is not finite.</exception>
    public static uint Sample(ReadOnlySpan<float> logits, float inverseTemperature, GumbelNoise noise)
    {
        Shape.RequireAtLeast(logits.Length, 1);
        int best = 0;
        float bestScore = Score(logits, inverseTemperature, noise, 0);
        for (int i = 1; i < logits.Length; i++)
        {
            float score = Score(logits, inverseTemperature, noise, i);
            if (score > bestScore)
                (best, bestScore) = (i, score);
        }
        return (uint)best;
    }

    /// <summary>The score of one id, which alone decides a comparison in a dispute.</summary>
    /// <exception cref="NonFiniteException">The score is not finite.</exception>
    public static float Score(ReadOnlySpan<float> logits, float inverseTemperature, GumbelNoise noise, int id) =>
        Finite.Require(MathF.FusedMultiplyAdd(logits[id], inverseTemperature, noise.At((uint)id)), "pick", id);
}
