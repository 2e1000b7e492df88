using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Quantised activations of up to 8 positions that a kernel takes together, laid out as it reads them. A block of a group of n
/// positions is 40n bytes: 8 chunks, each the n positions' 4 consecutive columns; then n scales; then n times -8 x (sum of the
/// position's 32 quants), which takes the bias of Q4 weights off a product, and shifted left by 4 that of Q8.
/// </summary>
internal static class ActivationGroup
{
    public const int MaxPositions = 8;

    private const int PositionBytes = BlockQuantizer.BlockSize + sizeof(float) + sizeof(int);

    /// <summary>Bytes of a block of n positions.</summary>
    public static int BlockBytes(int positions) => positions * PositionBytes;

    /// <summary>Where a block's scales begin.</summary>
    public static int ScaleOffset(int positions) => positions * BlockQuantizer.BlockSize;

    /// <summary>Where a block's corrections begin.</summary>
    public static int CorrectionOffset(int positions) => positions * (BlockQuantizer.BlockSize + sizeof(float));
}
