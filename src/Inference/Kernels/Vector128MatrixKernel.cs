using static TeeTee.Inference.Kernels.GroupWidths;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// The tile product with 128-bit vectors: <see cref="ArmDot128"/> on Arm64 with its dot product extension, <see cref="PortableDot128"/>
/// on any other machine that has such vectors.
/// </summary>
internal sealed unsafe class Vector128MatrixKernel<TDot>(string name) : IMatrixKernel
    where TDot : struct, IByteDot128
{
    public string Name { get; } = name;

    public void Multiply(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride)
    {
        for (int first = 0; first < positions; first += TileProduct128.MostPositions, y += TileProduct128.MostPositions * stride)
        {
            if (packing == WeightPacking.Q8)
                Run<Q8Tile>(tile, blocks, group, positions, first, y, stride);
            else
                Run<Q4Tile>(tile, blocks, group, positions, first, y, stride);
        }
    }

    private static void Run<TPacking>(byte* tile, int blocks, byte* group, int positions, int first, float* y, nint stride)
        where TPacking : struct, ITilePacking
    {
        if (first + 1 < positions)
            TileProduct128.Run<TPacking, TDot, Two>(tile, blocks, group, positions, first, y, stride);
        else
            TileProduct128.Run<TPacking, TDot, One>(tile, blocks, group, positions, first, y, stride);
    }
}
