using System.Buffers.Binary;

namespace TeeTee.Numerics;

/// <summary>
/// One output element of a matrix product: a Q8_0 weight row times a quantised activation vector (rulings 3, 4).
/// Blocks are taken in ascending order of K with one fma each; nothing else is ever added to the accumulator.
/// </summary>
public static class MatrixVector
{
    /// <summary>Bytes of a Q8_0 block: a binary16 scale, then 32 signed bytes.</summary>
    public const int BlockBytes = 2 + BlockQuantizer.BlockSize;

    /// <summary>The product of one row.</summary>
    /// <param name="row">The row's Q8_0 blocks as in the file: 34 bytes each, scale first, little-endian.</param>
    /// <param name="q">The activations, 32 per block.</param>
    /// <param name="scales">The activations' scales, one per block.</param>
    /// <exception cref="NonFiniteException">The sum is not finite.</exception>
    public static float RowDot(ReadOnlySpan<byte> row, ReadOnlySpan<sbyte> q, ReadOnlySpan<float> scales) =>
        Finite.Require(Accumulate(row, q, scales, 0f), "matrixVector");

    /// <summary>Continues a row's accumulator over further blocks, so that a long row can be checked page by page.</summary>
    /// <returns>The accumulator after the last block; not checked for finiteness.</returns>
    public static float Accumulate(ReadOnlySpan<byte> blocks, ReadOnlySpan<sbyte> q, ReadOnlySpan<float> scales, float accumulator)
    {
        Shape.RequireEqual(blocks.Length, scales.Length * BlockBytes);
        Shape.RequireEqual(q.Length, scales.Length * BlockQuantizer.BlockSize);
        for (int b = 0; b < scales.Length; b++)
        {
            ReadOnlySpan<byte> block = blocks.Slice(b * BlockBytes, BlockBytes);
            int dot = BlockDot(block[2..], q.Slice(b * BlockQuantizer.BlockSize, BlockQuantizer.BlockSize));
            float scale = Fp16.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block)) * scales[b];
            accumulator = MathF.FusedMultiplyAdd(dot, scale, accumulator);
        }
        return accumulator;
    }

    /// <summary>The exact integer dot product of one block; at most 520,192 in magnitude, so exact as binary32 too.</summary>
    public static int BlockDot(ReadOnlySpan<byte> weights, ReadOnlySpan<sbyte> q)
    {
        Shape.RequireEqual(weights.Length, q.Length);
        int sum = 0;
        for (int i = 0; i < q.Length; i++)
            sum += (sbyte)weights[i] * q[i];
        return sum;
    }
}
