using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>Eight exponentials at once with the operations of <see cref="CanonicalExp"/>.</summary>
internal static class ExpKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ExpNeg(Vector256<float> x)
    {
        Vector256<float> n = Vector256.Round(x * Bits(0x3FB8_AA3B));
        Vector256<float> r = Vector256.FusedMultiplyAdd(n, -Bits(0x3F31_7200), x);
        r = Vector256.FusedMultiplyAdd(n, -Bits(0x35BF_BE8E), r);
        Vector256<float> p = Vector256.FusedMultiplyAdd(Bits(0x3950_6967), r, Bits(0x3AB7_43CE));
        p = Vector256.FusedMultiplyAdd(p, r, Bits(0x3C08_8908));
        p = Vector256.FusedMultiplyAdd(p, r, Bits(0x3D2A_A9C1));
        p = Vector256.FusedMultiplyAdd(p, r, Bits(0x3E2A_AAAA));
        p = Vector256.FusedMultiplyAdd(p, r, Bits(0x3F00_0000));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        Vector256<int> exponent = Vector256.ConvertToInt32Native(n) + Vector256.Create(127);
        Vector256<float> result = p * Vector256.ShiftLeft(exponent, 23).AsSingle();
        // Lanes below the range hold garbage up to here.
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(CanonicalExp.Lowest)), Vector256<float>.Zero, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Bits(uint bits) => Vector256.Create(bits).AsSingle();
}
