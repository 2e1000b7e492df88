using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// A tile times up to four positions of a group with 256-bit vectors, one lane per row and two vectors per position.
/// </summary>
internal static unsafe class TileProduct256
{
    public const int MostPositions = 4;

    private const int Half = TileLayout.Rows / 2;

    /// <param name="tile">The tile's first block.</param>
    /// <param name="blocks">Blocks per row.</param>
    /// <param name="group">The group's first block.</param>
    /// <param name="n">Positions of the group.</param>
    /// <param name="first">The position to begin with; TWidth of them are computed.</param>
    /// <param name="y">Results of the first of these positions.</param>
    /// <param name="stride">Floats between positions.</param>
    public static void Run<TPacking, TDot, TWidth>(byte* tile, int blocks, byte* group, int n, int first, float* y, nint stride)
        where TPacking : struct, ITilePacking
        where TDot : struct, IByteDot256
        where TWidth : struct, IGroupWidth
    {
        Vector256<float> l0 = default, h0 = default, l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default;
        for (; blocks > 0; blocks--, tile += TPacking.BlockBytes, group += ActivationGroup.BlockBytes(n))
        {
            Vector256<int> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
            for (int c = 0; c < TileLayout.ChunksOfBlock / 2; c++)
            {
                TPacking.Load(tile, c, 0, out Vector256<byte> w0, out Vector256<byte> w2);
                TPacking.Load(tile, c, 1, out Vector256<byte> w1, out Vector256<byte> w3);
                TPacking.Prefetch(tile, c);
                int* p = (int*)group + c * n + first, q = p + 4 * n;
                Step<TDot>(ref a0, ref b0, w0, w1, w2, w3, p, q);
                if (TWidth.Positions > 1)
                    Step<TDot>(ref a1, ref b1, w0, w1, w2, w3, p + 1, q + 1);
                if (TWidth.Positions > 2)
                    Step<TDot>(ref a2, ref b2, w0, w1, w2, w3, p + 2, q + 2);
                if (TWidth.Positions > 3)
                    Step<TDot>(ref a3, ref b3, w0, w1, w2, w3, p + 3, q + 3);
            }
            ushort* scales = (ushort*)(tile + TPacking.ScaleOffset);
            Vector256<float> low = HalfVector.Widen(scales), high = HalfVector.Widen(scales + Half);
            float* s = (float*)(group + ActivationGroup.ScaleOffset(n)) + first;
            int* k = (int*)(group + ActivationGroup.CorrectionOffset(n)) + first;
            Finish<TPacking, TDot>(ref l0, ref h0, a0, b0, low, high, s, k);
            if (TWidth.Positions > 1)
                Finish<TPacking, TDot>(ref l1, ref h1, a1, b1, low, high, s + 1, k + 1);
            if (TWidth.Positions > 2)
                Finish<TPacking, TDot>(ref l2, ref h2, a2, b2, low, high, s + 2, k + 2);
            if (TWidth.Positions > 3)
                Finish<TPacking, TDot>(ref l3, ref h3, a3, b3, low, high, s + 3, k + 3);
        }
        Store(y, l0, h0);
        if (TWidth.Positions > 1)
            Store(y + stride, l1, h1);
        if (TWidth.Positions > 2)
            Store(y + 2 * stride, l2, h2);
        if (TWidth.Positions > 3)
            Store(y + 3 * stride, l3, h3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TDot>(
        ref Vector256<int> low, ref Vector256<int> high, Vector256<byte> w0, Vector256<byte> w1, Vector256<byte> w2, Vector256<byte> w3, int* p, int* q)
        where TDot : struct, IByteDot256
    {
        Vector256<sbyte> a = Vector256.Create(*p).AsSByte(), b = Vector256.Create(*q).AsSByte();
        low = TDot.Accumulate(TDot.Accumulate(low, w0, a), w2, b);
        high = TDot.Accumulate(TDot.Accumulate(high, w1, a), w3, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TPacking, TDot>(
        ref Vector256<float> low, ref Vector256<float> high, Vector256<int> dotLow, Vector256<int> dotHigh,
        Vector256<float> scaleLow, Vector256<float> scaleHigh, float* scale, int* correction)
        where TPacking : struct, ITilePacking
        where TDot : struct, IByteDot256
    {
        Vector256<float> s = Vector256.Create(*scale);
        int k = *correction << TPacking.BiasShift;
        low = Fma.MultiplyAdd(Avx.ConvertToVector256Single(TDot.Total(dotLow, k)), scaleLow * s, low);
        high = Fma.MultiplyAdd(Avx.ConvertToVector256Single(TDot.Total(dotHigh, k)), scaleHigh * s, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* y, Vector256<float> low, Vector256<float> high)
    {
        low.Store(y);
        high.Store(y + Half);
    }
}
