namespace TeeTee.Numerics;

/// <summary>
/// Attention of one query head over the stored positions 0..p, own position included, in two passes (rulings 11, 12, 14, 15, 19).
/// k and v are rows of binary16 bits, one after the other: row j is [j * headDimension, (j + 1) * headDimension).
/// </summary>
public static class Attention
{
    /// <summary>s[j] = fold16(q . k[j]) * scale for j = 0..scores.Length-1, two roundings.</summary>
    /// <exception cref="NonFiniteException">A score is not finite.</exception>
    public static void Scores(ReadOnlySpan<float> query, ReadOnlySpan<ushort> keys, float scale, Span<float> scores)
    {
        Shape.RequireAtLeast(keys.Length, scores.Length * query.Length);
        for (int j = 0; j < scores.Length; j++)
            scores[j] = Finite.Require(LaneSum.Dot(query, keys.Slice(j * query.Length, query.Length)) * scale, "attention.score", j);
    }

    /// <summary>The largest score in the total order in which -0 is below +0 (ruling 11).</summary>
    public static float Max(ReadOnlySpan<float> scores)
    {
        Shape.RequireAtLeast(scores.Length, 1);
        int best = int.MinValue;
        foreach (float score in scores)
            best = Math.Max(best, OrderKey(BitConverter.SingleToInt32Bits(score)));
        return BitConverter.Int32BitsToSingle(OrderKey(best));
    }

    /// <summary>Turns scores into weights in place: e[j] = expNeg(s[j] - M), w[j] = e[j] / D with D the lane sum of e (ruling 14).</summary>
    /// <exception cref="NonFiniteException">D is not finite.</exception>
    public static void Softmax(Span<float> scores)
    {
        float max = Max(scores);
        for (int j = 0; j < scores.Length; j++)
            scores[j] = CanonicalExp.ExpNeg(scores[j] - max);
        float sum = Finite.Require(LaneSum.Sum(scores), "attention.sum");
        for (int j = 0; j < scores.Length; j++)
            scores[j] /= sum;
    }

    /// <summary>out[i] = fma(w[j], v[j][i], out[i]) from +0 for j ascending, also where w[j] = 0 (ruling 15).</summary>
    /// <exception cref="NonFiniteException">An output is not finite.</exception>
    public static void WeightedSum(ReadOnlySpan<float> weights, ReadOnlySpan<ushort> values, Span<float> output)
    {
        Shape.RequireAtLeast(values.Length, weights.Length * output.Length);
        output.Clear();
        for (int j = 0; j < weights.Length; j++)
        {
            ReadOnlySpan<ushort> row = values.Slice(j * output.Length, output.Length);
            for (int i = 0; i < output.Length; i++)
                output[i] = MathF.FusedMultiplyAdd(weights[j], Fp16.ToSingle(row[i]), output[i]);
        }
        Finite.Require(output, "attention.output");
    }

    /// <summary>The whole head: scores, softmax and weighted sum over scratch.Length positions.</summary>
    /// <exception cref="NonFiniteException">An intermediate or an output is not finite.</exception>
    public static void Head(
        ReadOnlySpan<float> query, ReadOnlySpan<ushort> keys, ReadOnlySpan<ushort> values, float scale, Span<float> scratch, Span<float> output)
    {
        Scores(query, keys, scale, scratch);
        Softmax(scratch);
        WeightedSum(scratch, values, output);
    }

    /// <summary>The kv head that a query head reads: floor(head / (heads / kvHeads)); kvHeads divides heads (ruling 19).</summary>
    public static int KvHeadOf(int head, int heads, int kvHeads) => head / (heads / kvHeads);

    // Its own inverse, so it also leads back from the key to the bits.
    private static int OrderKey(int bits) => bits ^ ((bits >> 31) & 0x7FFF_FFFF);
}
