using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// A tile times a group with 512-bit vectors, one lane per row, whatever the packing, the way to a byte product and the width.
/// Two accumulators per position, of the block's integers and of the results, stay in registers.
/// </summary>
internal static unsafe class TileProduct512
{
    /// <param name="tile">The tile's first block.</param>
    /// <param name="blocks">Blocks per row.</param>
    /// <param name="group">The first block of a group of TWidth positions.</param>
    /// <param name="y">Results of the first position.</param>
    /// <param name="stride">Floats between positions.</param>
    public static void Run<TPacking, TDot, TWidth>(byte* tile, int blocks, byte* group, float* y, nint stride)
        where TPacking : struct, ITilePacking
        where TDot : struct, IByteDot512
        where TWidth : struct, IGroupWidth
    {
        int n = TWidth.Positions;
        Vector512<float> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default;
        for (; blocks > 0; blocks--, tile += TPacking.BlockBytes, group += ActivationGroup.BlockBytes(n))
        {
            Vector512<int> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default, d6 = default, d7 = default;
            for (int c = 0; c < TileLayout.ChunksOfBlock / 2; c++)
            {
                TPacking.Load(tile, c, out Vector512<byte> low, out Vector512<byte> high);
                TPacking.Prefetch(tile, c);
                int* a = (int*)group + c * n, b = a + 4 * n;
                d0 = Step<TDot>(d0, low, high, a, b);
                if (n > 1)
                    d1 = Step<TDot>(d1, low, high, a + 1, b + 1);
                if (n > 2)
                    d2 = Step<TDot>(d2, low, high, a + 2, b + 2);
                if (n > 3)
                    d3 = Step<TDot>(d3, low, high, a + 3, b + 3);
                if (n > 4)
                    d4 = Step<TDot>(d4, low, high, a + 4, b + 4);
                if (n > 5)
                    d5 = Step<TDot>(d5, low, high, a + 5, b + 5);
                if (n > 6)
                    d6 = Step<TDot>(d6, low, high, a + 6, b + 6);
                if (n > 7)
                    d7 = Step<TDot>(d7, low, high, a + 7, b + 7);
            }
            Vector512<float> weightScales = HalfVector.Widen16((ushort*)(tile + TPacking.ScaleOffset));
            float* s = (float*)(group + ActivationGroup.ScaleOffset(n));
            int* k = (int*)(group + ActivationGroup.CorrectionOffset(n));
            y0 = Finish<TPacking, TDot>(y0, d0, weightScales, s, k);
            if (n > 1)
                y1 = Finish<TPacking, TDot>(y1, d1, weightScales, s + 1, k + 1);
            if (n > 2)
                y2 = Finish<TPacking, TDot>(y2, d2, weightScales, s + 2, k + 2);
            if (n > 3)
                y3 = Finish<TPacking, TDot>(y3, d3, weightScales, s + 3, k + 3);
            if (n > 4)
                y4 = Finish<TPacking, TDot>(y4, d4, weightScales, s + 4, k + 4);
            if (n > 5)
                y5 = Finish<TPacking, TDot>(y5, d5, weightScales, s + 5, k + 5);
            if (n > 6)
                y6 = Finish<TPacking, TDot>(y6, d6, weightScales, s + 6, k + 6);
            if (n > 7)
                y7 = Finish<TPacking, TDot>(y7, d7, weightScales, s + 7, k + 7);
        }
        y0.Store(y);
        if (n > 1)
            y1.Store(y + stride);
        if (n > 2)
            y2.Store(y + 2 * stride);
        if (n > 3)
            y3.Store(y + 3 * stride);
        if (n > 4)
            y4.Store(y + 4 * stride);
        if (n > 5)
            y5.Store(y + 5 * stride);
        if (n > 6)
            y6.Store(y + 6 * stride);
        if (n > 7)
            y7.Store(y + 7 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Step<TDot>(Vector512<int> state, Vector512<byte> low, Vector512<byte> high, int* a, int* b)
        where TDot : struct, IByteDot512 =>
        TDot.Accumulate(TDot.Accumulate(state, low, Vector512.Create(*a).AsSByte()), high, Vector512.Create(*b).AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Finish<TPacking, TDot>(
        Vector512<float> sum, Vector512<int> state, Vector512<float> weightScales, float* scale, int* correction)
        where TPacking : struct, ITilePacking
        where TDot : struct, IByteDot512
    {
        Vector512<int> dot = TDot.Total(state, *correction << TPacking.BiasShift);
        return Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(dot), weightScales * Vector512.Create(*scale), sum);
    }
}
