namespace TeeTee.Numerics;

/// <summary>Sums over a vector: 16 logical lanes by absolute index, then a fixed fold of four steps (ruling 7).</summary>
public static class LaneSum
{
    /// <summary>Number of logical lanes, whatever the hardware's vector width is.</summary>
    public const int Lanes = 16;

    /// <summary>The plain sum: lane = lane + x.</summary>
    public static float Sum(ReadOnlySpan<float> x)
    {
        Span<float> lanes = stackalloc float[Lanes];
        for (int i = 0; i < x.Length; i++)
            lanes[i % Lanes] += x[i];
        return Fold(lanes);
    }

    /// <summary>The sum of products: lane = fma(a, b, lane).</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Shape.RequireEqual(b.Length, a.Length);
        Span<float> lanes = stackalloc float[Lanes];
        for (int i = 0; i < a.Length; i++)
            lanes[i % Lanes] = MathF.FusedMultiplyAdd(a[i], b[i], lanes[i % Lanes]);
        return Fold(lanes);
    }

    /// <summary>The same with b stored as binary16 bits.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<ushort> b)
    {
        Shape.RequireEqual(b.Length, a.Length);
        Span<float> lanes = stackalloc float[Lanes];
        for (int i = 0; i < a.Length; i++)
            lanes[i % Lanes] = MathF.FusedMultiplyAdd(a[i], Fp16.ToSingle(b[i]), lanes[i % Lanes]);
        return Fold(lanes);
    }

    /// <summary>Folds 16 lanes in place by 8, 4, 2, 1 and returns lane 0.</summary>
    public static float Fold(Span<float> lanes)
    {
        Shape.RequireEqual(lanes.Length, Lanes);
        for (int width = Lanes / 2; width >= 1; width /= 2)
        {
            for (int i = 0; i < width; i++)
                lanes[i] += lanes[i + width];
        }
        return lanes[0];
    }
}
