using System.Runtime.Intrinsics.X86;
using static TeeTee.Inference.Kernels.GroupWidths;

namespace TeeTee.Inference.Kernels;

/// <summary>The tile product with 512-bit vectors, all positions of a group in one walk over the tile.</summary>
internal sealed unsafe class Matrix512Kernel : IMatrixKernel
{
    public static bool IsSupported => Avx512BW.IsSupported;

    public string Name => "avx512";

    public void Multiply(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride)
    {
        if (packing == WeightPacking.Q8)
            Run<Q8Tile, SignDot>(tile, blocks, group, positions, y, stride);
        else
            Run<Q4Tile, NibbleDot>(tile, blocks, group, positions, y, stride);
    }

    private static void Run<TPacking, TDot>(byte* tile, int blocks, byte* group, int positions, float* y, nint stride)
        where TPacking : struct, ITilePacking
        where TDot : struct, IByteDot512
    {
        switch (positions)
        {
            case 1: TileProduct512.Run<TPacking, TDot, One>(tile, blocks, group, y, stride); break;
            case 2: TileProduct512.Run<TPacking, TDot, Two>(tile, blocks, group, y, stride); break;
            case 3: TileProduct512.Run<TPacking, TDot, Three>(tile, blocks, group, y, stride); break;
            case 4: TileProduct512.Run<TPacking, TDot, Four>(tile, blocks, group, y, stride); break;
            case 5: TileProduct512.Run<TPacking, TDot, Five>(tile, blocks, group, y, stride); break;
            case 6: TileProduct512.Run<TPacking, TDot, Six>(tile, blocks, group, y, stride); break;
            case 7: TileProduct512.Run<TPacking, TDot, Seven>(tile, blocks, group, y, stride); break;
            case 8: TileProduct512.Run<TPacking, TDot, Eight>(tile, blocks, group, y, stride); break;
            default: throw new ArgumentOutOfRangeException(nameof(positions), positions, "A group has 1 to 8 positions.");
        }
    }
}
