using System.Buffers.Binary;

namespace TeeTee.Numerics;

/// <summary>The embedding of a token: one dequantised Q8_0 row (ruling 21).</summary>
public static class Embedding
{
    /// <summary>hidden[i] = f32(scale of i's block) * f32(q[i]), one rounding.</summary>
    /// <param name="row">The row's Q8_0 blocks as in the file, zero-padded to 32.</param>
    /// <param name="hidden">Receives the row without its padding.</param>
    public static void Dequantize(ReadOnlySpan<byte> row, Span<float> hidden)
    {
        Shape.RequireEqual(row.Length, BlockQuantizer.BlocksOf(hidden.Length) * MatrixVector.BlockBytes);
        for (int i = 0; i < hidden.Length; i++)
        {
            ReadOnlySpan<byte> block = row.Slice(i / BlockQuantizer.BlockSize * MatrixVector.BlockBytes, MatrixVector.BlockBytes);
            float scale = Fp16.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block));
            hidden[i] = scale * (sbyte)block[2 + i % BlockQuantizer.BlockSize];
        }
    }
}
