using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>The definition on packed tiles, for machines without vector units that matter and as the measure of the vector paths.</summary>
internal sealed unsafe class ScalarMatrixKernel : IMatrixKernel
{
    public string Name => "scalar";

    public void Multiply(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride)
    {
        for (int t = 0; t < positions; t++)
        {
            for (int r = 0; r < TileLayout.Rows; r++)
                y[t * stride + r] = Row(packing, tile, r, blocks, group, t, positions);
        }
    }

    private static float Row(WeightPacking packing, byte* tile, int row, int blocks, byte* group, int t, int positions)
    {
        sbyte* weights = stackalloc sbyte[BlockQuantizer.BlockSize];
        float accumulator = 0f;
        for (int b = 0; b < blocks; b++, tile += TileLayout.BlockBytes(packing), group += ActivationGroup.BlockBytes(positions))
        {
            TilePacker.UnpackQuants(packing, tile, row, (uint*)weights);
            int dot = 0;
            for (int i = 0; i < BlockQuantizer.BlockSize; i++)
                dot += weights[i] * Activation(group, i, t, positions);
            ushort weightScale = ((ushort*)(tile + TileLayout.ScaleOffset(packing)))[row];
            float scale = ((float*)(group + ActivationGroup.ScaleOffset(positions)))[t];
            accumulator = MathF.FusedMultiplyAdd(dot, Fp16.ToSingle(weightScale) * scale, accumulator);
        }
        return accumulator;
    }

    private static sbyte Activation(byte* block, int column, int t, int positions)
    {
        (int chunk, int inside) = Math.DivRem(column, TileLayout.ChunkColumns);
        return ((sbyte*)block)[(chunk * positions + t) * TileLayout.ChunkColumns + inside];
    }
}
