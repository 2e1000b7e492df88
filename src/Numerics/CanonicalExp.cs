namespace TeeTee.Numerics;

/// <summary>The one exponential of the arithmetic, for arguments that are not positive (ruling 13). At most 0.889 ulp off.</summary>
public static class CanonicalExp
{
    /// <summary>Below this the result is +0; at it the result is still normal, so the final scaling is exact.</summary>
    public const float Lowest = -87f;

    /// <summary>e^x for x in [-inf, 0].</summary>
    public static float ExpNeg(float x)
    {
        if (x < Lowest)
            return 0f;
        float n = MathF.Round(x * Bits(0x3FB8_AA3B), MidpointRounding.ToEven);
        float r = MathF.FusedMultiplyAdd(n, -Bits(0x3F31_7200), x);
        r = MathF.FusedMultiplyAdd(n, -Bits(0x35BF_BE8E), r);
        return Polynomial(r) * BitConverter.Int32BitsToSingle(((int)n + 127) << 23);
    }

    private static float Polynomial(float r)
    {
        float p = Bits(0x3950_6967);
        p = MathF.FusedMultiplyAdd(p, r, Bits(0x3AB7_43CE));
        p = MathF.FusedMultiplyAdd(p, r, Bits(0x3C08_8908));
        p = MathF.FusedMultiplyAdd(p, r, Bits(0x3D2A_A9C1));
        p = MathF.FusedMultiplyAdd(p, r, Bits(0x3E2A_AAAA));
        p = MathF.FusedMultiplyAdd(p, r, Bits(0x3F00_0000));
        p = MathF.FusedMultiplyAdd(p, r, 1f);
        return MathF.FusedMultiplyAdd(p, r, 1f);
    }

    private static float Bits(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
