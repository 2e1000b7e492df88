namespace TeeTee.Numerics;

/// <summary>The gated activation of the feed-forward network: silu(gate) * up (ruling 10).</summary>
public static class SiluGate
{
    /// <summary>output[i] = silu(gate[i]) * up[i]. The output may be the memory of an input.</summary>
    /// <exception cref="NonFiniteException">An output is not finite.</exception>
    public static void Apply(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> output)
    {
        Shape.RequireEqual(up.Length, gate.Length);
        Shape.RequireEqual(output.Length, gate.Length);
        for (int i = 0; i < gate.Length; i++)
            output[i] = Finite.Require(Silu(gate[i]) * up[i], "siluGate", i);
    }

    /// <summary>x/(1+e) for x >= 0 (and -0), (x*e)/(1+e) below, e = expNeg(-|x|): no exponential of a positive number occurs.</summary>
    public static float Silu(float x)
    {
        float e = CanonicalExp.ExpNeg(-MathF.Abs(x));
        return x >= 0f ? x / (1f + e) : x * e / (1f + e);
    }
}
