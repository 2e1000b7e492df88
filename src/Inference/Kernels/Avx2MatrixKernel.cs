using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// The tile product with 256-bit vectors: lanes are rows. |w| * (a with w's sign) is exact in vpmaddubsw, because a pair's sum is at most
/// 2 * 128 * 127 = 32,512: activations never hold -128.
/// </summary>
internal sealed unsafe class Avx2MatrixKernel : IMatrixKernel
{
    private const int Chunks = BlockQuantizer.BlockSize / PackedMatrix.ChunkColumns;
    private const int HalfBytes = 32;

    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public string Name => "avx2";

    public void Multiply(byte* tile, int blocks, sbyte* q, float* scales, int positions, float* y)
    {
        int t = 0;
        for (; t + 4 <= positions; t += 4)
            Four(tile, blocks, q + t * blocks * BlockQuantizer.BlockSize, scales + t * blocks, y + t * PackedMatrix.TileRows);
        for (; t < positions; t++)
            One(tile, blocks, q + t * blocks * BlockQuantizer.BlockSize, scales + t * blocks, y + t * PackedMatrix.TileRows);
    }

    private static void One(byte* tile, int blocks, sbyte* q, float* scales, float* y)
    {
        Vector256<float> low = Vector256<float>.Zero, high = Vector256<float>.Zero;
        for (int b = 0; b < blocks; b++, tile += PackedMatrix.TileBlockBytes, q += BlockQuantizer.BlockSize)
        {
            Vector256<int> dotLow = Vector256<int>.Zero, dotHigh = Vector256<int>.Zero;
            for (int c = 0; c < Chunks; c++)
            {
                Vector256<sbyte> a = Broadcast(q, c);
                Vector256<sbyte> w0 = Weights(tile, c, 0), w1 = Weights(tile, c, 1);
                dotLow = Accumulate(dotLow, w0, Avx2.Abs(w0), a);
                dotHigh = Accumulate(dotHigh, w1, Avx2.Abs(w1), a);
            }
            Vector256<float> scale = Vector256.Create(scales[b]);
            low = Finish(low, dotLow, Scale(tile, 0) * scale);
            high = Finish(high, dotHigh, Scale(tile, 1) * scale);
        }
        Store(y, low, high);
    }

    // Four positions share each load of the weights; the sixteen accumulators fit the registers of AVX-512VL machines and spill little elsewhere.
    private static void Four(byte* tile, int blocks, sbyte* q, float* scales, float* y)
    {
        int stride = blocks * BlockQuantizer.BlockSize;
        sbyte* q1 = q + stride, q2 = q1 + stride, q3 = q2 + stride;
        float* s1 = scales + blocks, s2 = s1 + blocks, s3 = s2 + blocks;
        Vector256<float> l0 = default, h0 = default, l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default;
        for (int b = 0; b < blocks; b++, tile += PackedMatrix.TileBlockBytes)
        {
            Vector256<int> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
            for (int c = 0; c < Chunks; c++)
            {
                Vector256<sbyte> w0 = Weights(tile, c, 0), w1 = Weights(tile, c, 1);
                Vector256<byte> u0 = Avx2.Abs(w0), u1 = Avx2.Abs(w1);
                Vector256<sbyte> x0 = Broadcast(q, c);
                a0 = Accumulate(a0, w0, u0, x0);
                b0 = Accumulate(b0, w1, u1, x0);
                Vector256<sbyte> x1 = Broadcast(q1, c);
                a1 = Accumulate(a1, w0, u0, x1);
                b1 = Accumulate(b1, w1, u1, x1);
                Vector256<sbyte> x2 = Broadcast(q2, c);
                a2 = Accumulate(a2, w0, u0, x2);
                b2 = Accumulate(b2, w1, u1, x2);
                Vector256<sbyte> x3 = Broadcast(q3, c);
                a3 = Accumulate(a3, w0, u0, x3);
                b3 = Accumulate(b3, w1, u1, x3);
            }
            Vector256<float> low = Scale(tile, 0), high = Scale(tile, 1);
            Vector256<float> scale0 = Vector256.Create(scales[b]);
            l0 = Finish(l0, a0, low * scale0);
            h0 = Finish(h0, b0, high * scale0);
            Vector256<float> scale1 = Vector256.Create(s1[b]);
            l1 = Finish(l1, a1, low * scale1);
            h1 = Finish(h1, b1, high * scale1);
            Vector256<float> scale2 = Vector256.Create(s2[b]);
            l2 = Finish(l2, a2, low * scale2);
            h2 = Finish(h2, b2, high * scale2);
            Vector256<float> scale3 = Vector256.Create(s3[b]);
            l3 = Finish(l3, a3, low * scale3);
            h3 = Finish(h3, b3, high * scale3);
            q += BlockQuantizer.BlockSize;
            q1 += BlockQuantizer.BlockSize;
            q2 += BlockQuantizer.BlockSize;
            q3 += BlockQuantizer.BlockSize;
        }
        Store(y, l0, h0);
        Store(y + PackedMatrix.TileRows, l1, h1);
        Store(y + 2 * PackedMatrix.TileRows, l2, h2);
        Store(y + 3 * PackedMatrix.TileRows, l3, h3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Finish(Vector256<float> sum, Vector256<int> dot, Vector256<float> scale) =>
        Fma.MultiplyAdd(Avx.ConvertToVector256Single(dot), scale, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Accumulate(Vector256<int> sum, Vector256<sbyte> w, Vector256<byte> magnitude, Vector256<sbyte> a)
    {
        Vector256<short> pairs = Avx2.MultiplyAddAdjacent(magnitude, Avx2.Sign(a, w));
        return sum + Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Weights(byte* tile, int chunk, int half) =>
        Vector256.Load((sbyte*)tile + chunk * PackedMatrix.ChunkBytes + half * HalfBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Broadcast(sbyte* q, int chunk) => Vector256.Create(((int*)q)[chunk]).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Scale(byte* tile, int half) => HalfVector.Widen((ushort*)(tile + PackedMatrix.ScaleOffset) + half * 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* y, Vector256<float> low, Vector256<float> high)
    {
        low.Store(y);
        high.Store(y + 8);
    }
}
