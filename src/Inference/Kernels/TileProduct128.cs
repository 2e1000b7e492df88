using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// A tile times one or two positions of a group with 128-bit vectors, one lane per row and four vectors per position: two positions keep
/// 16 of Arm64's 32 registers as sums, and each load of weights serves both.
/// </summary>
internal static unsafe class TileProduct128
{
    public const int MostPositions = 2;

    private const int Lanes = 4;

    /// <param name="tile">The tile's first block.</param>
    /// <param name="blocks">Blocks per row.</param>
    /// <param name="group">The group's first block.</param>
    /// <param name="n">Positions of the group.</param>
    /// <param name="first">The position to begin with; TWidth of them are computed.</param>
    /// <param name="y">Results of the first of these positions.</param>
    /// <param name="stride">Floats between positions.</param>
    public static void Run<TPacking, TDot, TWidth>(byte* tile, int blocks, byte* group, int n, int first, float* y, nint stride)
        where TPacking : struct, ITilePacking
        where TDot : struct, IByteDot128
        where TWidth : struct, IGroupWidth
    {
        Rows<float> sums0 = default, sums1 = default;
        for (; blocks > 0; blocks--, tile += TPacking.BlockBytes, group += ActivationGroup.BlockBytes(n))
        {
            Rows<int> dots0 = default, dots1 = default;
            for (int c = 0; c < TileLayout.ChunksOfBlock / 2; c++)
            {
                int* low = (int*)group + c * n + first, high = low + TileLayout.ChunksOfBlock / 2 * n;
                TPacking.LoadSigned(tile, c, 0, out Vector128<sbyte> w0, out Vector128<sbyte> v0);
                TPacking.LoadSigned(tile, c, 1, out Vector128<sbyte> w1, out Vector128<sbyte> v1);
                TPacking.LoadSigned(tile, c, 2, out Vector128<sbyte> w2, out Vector128<sbyte> v2);
                TPacking.LoadSigned(tile, c, 3, out Vector128<sbyte> w3, out Vector128<sbyte> v3);
                Step<TDot>(ref dots0, w0, w1, w2, w3, *low);
                Step<TDot>(ref dots0, v0, v1, v2, v3, *high);
                if (TWidth.Positions > 1)
                {
                    Step<TDot>(ref dots1, w0, w1, w2, w3, low[1]);
                    Step<TDot>(ref dots1, v0, v1, v2, v3, high[1]);
                }
            }
            ushort* weightScales = (ushort*)(tile + TPacking.ScaleOffset);
            float* scales = (float*)(group + ActivationGroup.ScaleOffset(n)) + first;
            AddScaled(ref sums0, dots0, weightScales, scales[0]);
            if (TWidth.Positions > 1)
                AddScaled(ref sums1, dots1, weightScales, scales[1]);
        }
        Store(sums0, y);
        if (TWidth.Positions > 1)
            Store(sums1, y + stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TDot>(
        ref Rows<int> dots, Vector128<sbyte> w0, Vector128<sbyte> w1, Vector128<sbyte> w2, Vector128<sbyte> w3, int activations)
        where TDot : struct, IByteDot128
    {
        Vector128<sbyte> a = Vector128.Create(activations).AsSByte();
        dots.A = TDot.Add(dots.A, w0, a);
        dots.B = TDot.Add(dots.B, w1, a);
        dots.C = TDot.Add(dots.C, w2, a);
        dots.D = TDot.Add(dots.D, w3, a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(ref Rows<float> sums, in Rows<int> dots, ushort* weightScales, float scale)
    {
        sums.A = AddScaled(sums.A, dots.A, weightScales, scale);
        sums.B = AddScaled(sums.B, dots.B, weightScales + Lanes, scale);
        sums.C = AddScaled(sums.C, dots.C, weightScales + 2 * Lanes, scale);
        sums.D = AddScaled(sums.D, dots.D, weightScales + 3 * Lanes, scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddScaled(Vector128<float> sum, Vector128<int> dot, ushort* weightScales, float scale) =>
        Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(dot), HalfVector.Widen4(weightScales) * Vector128.Create(scale), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in Rows<float> sums, float* y)
    {
        sums.A.Store(y);
        sums.B.Store(y + Lanes);
        sums.C.Store(y + 2 * Lanes);
        sums.D.Store(y + 3 * Lanes);
    }

    // The 16 rows of a tile.
    private struct Rows<T>
    {
        public Vector128<T> A, B, C, D;
    }
}
