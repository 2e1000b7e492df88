using System.Runtime.CompilerServices;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary><see cref="Rope"/> over heads that lie one after the other. -(x1 * s) and x1 * (-s) are the same bits.</summary>
internal static unsafe class LaneRope<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    private const int PairsAtATime = 64;

    /// <summary>Pairs (i, i + pairs).</summary>
    /// <returns>True if all that was written is finite.</returns>
    public static bool RotateHalves(float* head, int heads, int dimension, float* cosines, float* sines, int pairs)
    {
        TLanes taint = default;
        float rest = 0f;
        for (int h = 0; h < heads; h++, head += dimension)
        {
            int i = 0;
            for (; i + TLanes.Count <= pairs; i += TLanes.Count)
            {
                TLanes x0 = TLanes.Load(head + i), x1 = TLanes.Load(head + pairs + i);
                TLanes cosine = TLanes.Load(cosines + i), sine = TLanes.Load(sines + i);
                TLanes y0 = TLanes.MultiplyAdd(x0, cosine, (x1 * sine) ^ TLanes.Bits(0x8000_0000));
                TLanes y1 = TLanes.MultiplyAdd(x0, sine, x1 * cosine);
                taint = TLanes.MultiplyAdd(y1, default, TLanes.MultiplyAdd(y0, default, taint));
                y0.Store(head + i);
                y1.Store(head + pairs + i);
            }
            for (; i < pairs; i++)
                rest += RotateOne(head + i, head + pairs + i, cosines[i], sines[i]);
        }
        return !TLanes.IsAnyNaN(taint) && !float.IsNaN(rest);
    }

    /// <summary>Pairs (2i, 2i + 1): with the table's rows spread to (c, s) and (-s, c) a vector of pairs takes two operations.</summary>
    /// <returns>True if all that was written is finite.</returns>
    [SkipLocalsInit]
    public static bool RotatePairs(float* head, int heads, int dimension, float* cosines, float* sines, int pairs)
    {
        float* direct = stackalloc float[2 * PairsAtATime], crossed = stackalloc float[2 * PairsAtATime];
        TLanes taint = default;
        float rest = 0f;
        for (int first = 0; first < pairs; first += PairsAtATime)
        {
            int some = Math.Min(PairsAtATime, pairs - first);
            for (int i = 0; i < some; i++)
            {
                (direct[2 * i], direct[2 * i + 1]) = (cosines[first + i], sines[first + i]);
                (crossed[2 * i], crossed[2 * i + 1]) = (-sines[first + i], cosines[first + i]);
            }
            for (int h = 0; h < heads; h++)
            {
                float* x = head + (long)h * dimension + 2 * first;
                int i = 0;
                for (; i + TLanes.Count <= 2 * some; i += TLanes.Count)
                {
                    TLanes pair = TLanes.Load(x + i);
                    TLanes y = TLanes.MultiplyAdd(
                        TLanes.RepeatEven(pair), TLanes.Load(direct + i), TLanes.RepeatOdd(pair) * TLanes.Load(crossed + i));
                    taint = TLanes.MultiplyAdd(y, default, taint);
                    y.Store(x + i);
                }
                for (; i < 2 * some; i += 2)
                    rest += RotateOne(x + i, x + i + 1, direct[i], direct[i + 1]);
            }
        }
        return !TLanes.IsAnyNaN(taint) && !float.IsNaN(rest);
    }

    /// <summary>The first element that is not finite in the order in which the definition goes through the pairs.</summary>
    public static int FirstNonFinite(ReadOnlySpan<float> heads, int dimension, int pairs, bool halfSplit)
    {
        for (int head = 0; head < heads.Length; head += dimension)
        {
            for (int i = 0; i < 2 * pairs; i++)
            {
                int element = head + (halfSplit ? i / 2 + i % 2 * pairs : i);
                if (!float.IsFinite(heads[element]))
                    return element;
            }
        }
        return -1;
    }

    /// <returns>A zero, or a NaN if a result is not finite.</returns>
    private static float RotateOne(float* first, float* second, float cosine, float sine)
    {
        (*first, *second) = Rope.Rotate(*first, *second, cosine, sine);
        return *first * 0f + *second * 0f;
    }
}
