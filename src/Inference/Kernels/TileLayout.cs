using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Where a block of a tile keeps what: 16 rows by 32 columns, so that vector lanes are rows and no kernel sums across lanes.
/// </summary>
/// <remarks>
/// Q8, 544 bytes: 8 chunks of (16 rows x 4 consecutive columns), each byte the quant plus 128, then the rows' binary16 scales.
/// Q4, 288 bytes: 4 chunks of (16 rows x 4 bytes), the low nibble of byte k of chunk c being column 4c + k and the high one column
/// 16 + 4c + k, each nibble the quant plus 8, then the scales. Kernels take the bias off again by a sum over the activations.
/// </remarks>
internal static class TileLayout
{
    public const int Rows = 16;
    public const int ChunkColumns = 4;
    public const int ChunkBytes = Rows * ChunkColumns;
    public const int ChunksOfBlock = BlockQuantizer.BlockSize / ChunkColumns;
    public const int Q8ScaleOffset = ChunksOfBlock * ChunkBytes;
    public const int Q8BlockBytes = Q8ScaleOffset + Rows * sizeof(ushort);
    public const int Q4ScaleOffset = ChunksOfBlock / 2 * ChunkBytes;
    public const int Q4BlockBytes = Q4ScaleOffset + Rows * sizeof(ushort);

    /// <summary>What Q8 adds to a quant; Q4 adds 8, a sixteenth of it.</summary>
    public const int Q8Bias = 128;

    public const int Q4Bias = 8;

    /// <summary>How far ahead kernels ask for weights: the latency of memory at its full speed, and a fraction of the first-level cache.</summary>
    public const int PrefetchBytes = 4096;

    /// <summary>Bytes of a tile's block.</summary>
    public static int BlockBytes(WeightPacking packing) => packing == WeightPacking.Q8 ? Q8BlockBytes : Q4BlockBytes;

    /// <summary>Where a block's 16 scales begin.</summary>
    public static int ScaleOffset(WeightPacking packing) => packing == WeightPacking.Q8 ? Q8ScaleOffset : Q4ScaleOffset;

    /// <summary>Tiles that hold a number of rows, the last one filled up with zero rows.</summary>
    public static int TilesOf(int rows) => (rows + Rows - 1) / Rows;
}
