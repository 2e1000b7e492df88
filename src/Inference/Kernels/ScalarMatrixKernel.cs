using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>The definition on packed tiles, for machines without AVX2 and as the measure of the vector path.</summary>
internal sealed unsafe class ScalarMatrixKernel : IMatrixKernel
{
    public string Name => "scalar";

    public void Multiply(byte* tile, int blocks, sbyte* q, float* scales, int positions, float* y)
    {
        for (int t = 0; t < positions; t++)
        {
            for (int r = 0; r < PackedMatrix.TileRows; r++)
                y[t * PackedMatrix.TileRows + r] = Row(tile, r, blocks, q + t * blocks * BlockQuantizer.BlockSize, scales + t * blocks);
        }
    }

    private static float Row(byte* tile, int row, int blocks, sbyte* q, float* scales)
    {
        float accumulator = 0f;
        for (int b = 0; b < blocks; b++, tile += PackedMatrix.TileBlockBytes, q += BlockQuantizer.BlockSize)
        {
            int dot = 0;
            for (int i = 0; i < BlockQuantizer.BlockSize; i++)
                dot += (sbyte)tile[PackedMatrix.Offset(row, i)] * q[i];
            ushort weightScale = ((ushort*)(tile + PackedMatrix.ScaleOffset))[row];
            accumulator = MathF.FusedMultiplyAdd(dot, Fp16.ToSingle(weightScale) * scales[b], accumulator);
        }
        return accumulator;
    }
}
