namespace TeeTee.Numerics;

/// <summary>Root mean square normalisation (rulings 8, 9).</summary>
public static class RmsNorm
{
    /// <summary>y[i] = (x[i] * r) * weight[i] with r of <see cref="InverseRoot"/>. The output may be the input's own memory.</summary>
    /// <exception cref="NonFiniteException">The sum, the mean, r or an output is not finite.</exception>
    public static void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> y)
    {
        Shape.RequireEqual(weight.Length, x.Length);
        Shape.RequireEqual(y.Length, x.Length);
        float r = InverseRoot(LaneSum.Dot(x, x), x.Length, epsilon);
        for (int i = 0; i < x.Length; i++)
            y[i] = Finite.Require(x[i] * r * weight[i], "rmsNorm", i);
    }

    /// <summary>r = 1 / sqrt(squares / count + epsilon), each step rounded once.</summary>
    /// <exception cref="NonFiniteException">An intermediate is not finite: an infinite sum would give r = 0 and hide the overflow.</exception>
    public static float InverseRoot(float squares, int count, float epsilon)
    {
        float mean = Finite.Require(squares, "rmsNorm.sum") / count;
        float variance = Finite.Require(mean + epsilon, "rmsNorm.variance");
        return Finite.Require(1f / MathF.Sqrt(variance), "rmsNorm.inverse");
    }
}
