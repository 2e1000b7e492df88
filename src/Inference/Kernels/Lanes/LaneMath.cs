using System.Runtime.CompilerServices;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>The elementary functions of the arithmetic, a lane each, with the operations of their definitions in the same order.</summary>
internal static class LaneMath<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary><see cref="CanonicalExp.ExpNeg"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ExpNeg(TLanes x)
    {
        TLanes n = TLanes.Round(x * TLanes.Bits(0x3FB8_AA3B));
        TLanes r = TLanes.MultiplyAdd(n, TLanes.Bits(0xBF31_7200), x);
        r = TLanes.MultiplyAdd(n, TLanes.Bits(0xB5BF_BE8E), r);
        TLanes p = TLanes.MultiplyAdd(TLanes.Bits(0x3950_6967), r, TLanes.Bits(0x3AB7_43CE));
        p = TLanes.MultiplyAdd(p, r, TLanes.Bits(0x3C08_8908));
        p = TLanes.MultiplyAdd(p, r, TLanes.Bits(0x3D2A_A9C1));
        p = TLanes.MultiplyAdd(p, r, TLanes.Bits(0x3E2A_AAAA));
        p = TLanes.MultiplyAdd(p, r, TLanes.Bits(0x3F00_0000));
        p = TLanes.MultiplyAdd(p, r, TLanes.Create(1f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Create(1f));
        TLanes scale = TLanes.ShiftLeft(TLanes.AddInt(TLanes.ToInt(n), TLanes.Bits(127)), 23);
        // Lanes below the range hold anything up to here.
        return TLanes.Select(TLanes.LessThan(x, TLanes.Create(CanonicalExp.Lowest)), default, p * scale);
    }

    /// <summary><see cref="CanonicalLog.Ln"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Ln(TLanes x)
    {
        TLanes e = TLanes.ShiftRightSigned(TLanes.SubtractInt(x, TLanes.Bits(0x3F35_04F3)), 23);
        TLanes f = TLanes.SubtractInt(x, TLanes.ShiftLeft(e, 23)) - TLanes.Create(1f);
        TLanes exponent = TLanes.FromInt(e);
        TLanes z = f * f;
        TLanes p = TLanes.MultiplyAdd(TLanes.Bits(0x3D90_21BB), f, TLanes.Bits(0xBDEB_D1B8));
        p = TLanes.MultiplyAdd(p, f, TLanes.Bits(0x3DEF_251A));
        p = TLanes.MultiplyAdd(p, f, TLanes.Bits(0xBDFE_5D4F));
        p = TLanes.MultiplyAdd(p, f, TLanes.Bits(0x3E11_E9BF));
        p = TLanes.MultiplyAdd(p, f, TLanes.Bits(0xBE2A_AE50));
        p = TLanes.MultiplyAdd(p, f, TLanes.Bits(0x3E4C_CEAC));
        p = TLanes.MultiplyAdd(p, f, TLanes.Bits(0xBE7F_FFFC));
        p = TLanes.MultiplyAdd(p, f, TLanes.Bits(0x3EAA_AAAA));
        TLanes q = p * z * f;
        q = TLanes.MultiplyAdd(exponent, TLanes.Bits(0xB95E_8083), q);
        q = TLanes.MultiplyAdd(z, TLanes.Create(-0.5f), q);
        return TLanes.MultiplyAdd(exponent, TLanes.Bits(0x3F31_8000), f + q);
    }

    /// <summary><see cref="SiluGate.Silu"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Silu(TLanes x)
    {
        TLanes e = ExpNeg(x | TLanes.Bits(0x8000_0000));
        TLanes numerator = TLanes.Select(TLanes.LessThan(x, default), x * e, x);
        return numerator / (TLanes.Create(1f) + e);
    }

    /// <summary><see cref="GumbelNoise.FromWord"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Gumbel(TLanes words)
    {
        TLanes numerator = TLanes.AddInt(TLanes.ShiftLeft(TLanes.ShiftRightUnsigned(words, 9), 1), TLanes.Bits(1));
        TLanes uniform = TLanes.FromInt(numerator) * TLanes.Create(1f / 16_777_216f);
        return Negate(Ln(Negate(Ln(uniform))));
    }

    /// <summary>The bits without their sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Magnitude(TLanes x) => x & TLanes.Bits(0x7FFF_FFFF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Negate(TLanes x) => x ^ TLanes.Bits(0x8000_0000);
}
