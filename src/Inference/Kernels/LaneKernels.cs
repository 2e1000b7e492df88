using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>The sums of <see cref="LaneSum"/>, lanes 0..7 in one vector and 8..15 in another.</summary>
internal static unsafe class LaneKernels
{
    private const int Half = LaneSum.Lanes / 2;

    public static float Sum(ReadOnlySpan<float> x)
    {
        Vector256<float> low = Vector256<float>.Zero, high = Vector256<float>.Zero;
        int whole = x.Length / LaneSum.Lanes * LaneSum.Lanes;
        for (int i = 0; i < whole; i += LaneSum.Lanes)
        {
            low += Vector256.Create(x[i..]);
            high += Vector256.Create(x[(i + Half)..]);
        }
        Span<float> lanes = stackalloc float[LaneSum.Lanes];
        Spill(low, high, lanes);
        for (int i = whole; i < x.Length; i++)
            lanes[i - whole] += x[i];
        return LaneSum.Fold(lanes);
    }

    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        Vector256<float> low = Vector256<float>.Zero, high = Vector256<float>.Zero;
        int whole = a.Length / LaneSum.Lanes * LaneSum.Lanes;
        for (int i = 0; i < whole; i += LaneSum.Lanes)
        {
            low = Vector256.FusedMultiplyAdd(Vector256.Create(a[i..]), Vector256.Create(b[i..]), low);
            high = Vector256.FusedMultiplyAdd(Vector256.Create(a[(i + Half)..]), Vector256.Create(b[(i + Half)..]), high);
        }
        Span<float> lanes = stackalloc float[LaneSum.Lanes];
        Spill(low, high, lanes);
        for (int i = whole; i < a.Length; i++)
            lanes[i - whole] = MathF.FusedMultiplyAdd(a[i], b[i], lanes[i - whole]);
        return LaneSum.Fold(lanes);
    }

    /// <summary>The product with stored halves; the length is a multiple of eight.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<ushort> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(a.Length % Half, 0);
        Vector256<float> low = Vector256<float>.Zero, high = Vector256<float>.Zero;
        fixed (float* x = a)
        fixed (ushort* y = b)
        {
            int i = 0;
            for (; i + LaneSum.Lanes <= a.Length; i += LaneSum.Lanes)
            {
                low = Vector256.FusedMultiplyAdd(Vector256.Load(x + i), HalfVector.Widen(y + i), low);
                high = Vector256.FusedMultiplyAdd(Vector256.Load(x + i + Half), HalfVector.Widen(y + i + Half), high);
            }
            if (i < a.Length)
                low = Vector256.FusedMultiplyAdd(Vector256.Load(x + i), HalfVector.Widen(y + i), low);
        }
        return Fold(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Fold(Vector256<float> low, Vector256<float> high)
    {
        Vector256<float> eight = low + high;
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        Vector64<float> two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }

    private static void Spill(Vector256<float> low, Vector256<float> high, Span<float> lanes)
    {
        low.CopyTo(lanes);
        high.CopyTo(lanes[Half..]);
    }
}
