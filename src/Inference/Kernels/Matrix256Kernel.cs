using static TeeTee.Inference.Kernels.GroupWidths;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// The tile product with 256-bit vectors over a way to byte products for each packing: <see cref="SignDot"/> and
/// <see cref="NibbleDot"/> on any machine with AVX2, <see cref="VnniDot"/> for both where AVX-VNNI is.
/// </summary>
internal sealed unsafe class Matrix256Kernel<TQ8, TQ4>(string name) : IMatrixKernel
    where TQ8 : struct, IByteDot256
    where TQ4 : struct, IByteDot256
{
    public string Name { get; } = name;

    public void Multiply(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positions, ActivationGroup.MaxPositions);
        for (int first = 0; first < positions; first += TileProduct256.MostPositions, y += TileProduct256.MostPositions * stride)
        {
            if (packing == WeightPacking.Q8)
                Run<Q8Tile, TQ8>(tile, blocks, group, positions, first, y, stride);
            else
                Run<Q4Tile, TQ4>(tile, blocks, group, positions, first, y, stride);
        }
    }

    private static void Run<TPacking, TDot>(byte* tile, int blocks, byte* group, int positions, int first, float* y, nint stride)
        where TPacking : struct, ITilePacking
        where TDot : struct, IByteDot256
    {
        switch (positions - first)
        {
            case 1: TileProduct256.Run<TPacking, TDot, One>(tile, blocks, group, positions, first, y, stride); break;
            case 2: TileProduct256.Run<TPacking, TDot, Two>(tile, blocks, group, positions, first, y, stride); break;
            case 3: TileProduct256.Run<TPacking, TDot, Three>(tile, blocks, group, positions, first, y, stride); break;
            default: TileProduct256.Run<TPacking, TDot, Four>(tile, blocks, group, positions, first, y, stride); break;
        }
    }
}
