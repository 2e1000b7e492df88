namespace TeeTee.Numerics;

/// <summary>Rotary position embedding of one head, from a row of the canonical table (ruling 17).</summary>
public static class Rope
{
    /// <summary>Rotates a head in place; elements from 2 * cosines.Length on keep their bits.</summary>
    /// <param name="head">The head's elements, at least two per pair.</param>
    /// <param name="cosines">The table's cosines of this position, one per pair.</param>
    /// <param name="sines">The table's sines of this position, one per pair.</param>
    /// <param name="halfSplit">False pairs (2i, 2i + 1), as NORM models do; true pairs (i, i + n/2), as NEOX models do.</param>
    /// <exception cref="NonFiniteException">A rotated element is not finite.</exception>
    public static void Apply(Span<float> head, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines, bool halfSplit)
    {
        Shape.RequireEqual(sines.Length, cosines.Length);
        Shape.RequireAtLeast(head.Length, 2 * cosines.Length);
        for (int i = 0; i < cosines.Length; i++)
        {
            int first = halfSplit ? i : 2 * i;
            int second = halfSplit ? i + cosines.Length : 2 * i + 1;
            (float y0, float y1) = Rotate(head[first], head[second], cosines[i], sines[i]);
            head[first] = Finite.Require(y0, "rope", first);
            head[second] = Finite.Require(y1, "rope", second);
        }
    }

    /// <summary>One pair: (fma(x0, c, -(x1*s)), fma(x0, s, x1*c)); the inner product is rounded first.</summary>
    public static (float Y0, float Y1) Rotate(float x0, float x1, float cosine, float sine)
    {
        float crossed = x1 * sine;
        float straight = x1 * cosine;
        return (MathF.FusedMultiplyAdd(x0, cosine, -crossed), MathF.FusedMultiplyAdd(x0, sine, straight));
    }
}
