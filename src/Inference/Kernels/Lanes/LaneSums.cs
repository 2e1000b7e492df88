using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>
/// The sums of <see cref="LaneSum"/>. Its sixteen lanes are one, two or four vectors; each is summed in a pass of its own, because
/// nothing says in which order lanes that do not meet are computed.
/// </summary>
internal static unsafe class LaneSums<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>The plain sum of a multiple of sixteen elements.</summary>
    [SkipLocalsInit]
    public static float Sum(float* x, int count)
    {
        float* lanes = stackalloc float[LaneSum.Lanes];
        for (int lane = 0; lane < LaneSum.Lanes; lane += TLanes.Count)
        {
            TLanes sum = default;
            for (int i = lane; i < count; i += LaneSum.Lanes)
                sum += TLanes.Load(x + i);
            sum.Store(lanes + lane);
        }
        return Fold(lanes);
    }

    /// <summary>The sum of x * x over any number of elements.</summary>
    [SkipLocalsInit]
    public static float Squares(float* x, int count)
    {
        float* lanes = stackalloc float[LaneSum.Lanes];
        int whole = count / LaneSum.Lanes * LaneSum.Lanes;
        for (int lane = 0; lane < LaneSum.Lanes; lane += TLanes.Count)
        {
            TLanes sum = default;
            for (int i = lane; i < whole; i += LaneSum.Lanes)
                sum = TLanes.MultiplyAdd(TLanes.Load(x + i), TLanes.Load(x + i), sum);
            sum.Store(lanes + lane);
        }
        for (int i = whole; i < count; i++)
            lanes[i - whole] = MathF.FusedMultiplyAdd(x[i], x[i], lanes[i - whole]);
        return Fold(lanes);
    }

    /// <summary>By 8, 4, 2 and 1, as <see cref="LaneSum.Fold"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Fold(float* lanes)
    {
        Vector128<float> low = Vector128.Load(lanes) + Vector128.Load(lanes + 8);
        Vector128<float> high = Vector128.Load(lanes + 4) + Vector128.Load(lanes + 12);
        Vector128<float> four = low + high;
        Vector128<float> two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two[0] + two[1];
    }
}
