using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Between rows of canonical Q8_0 blocks (34 bytes: binary16 scale, 32 quants) and the tiles of <see cref="TileLayout"/>, without loss.
/// Callers give memory of exactly the sizes named; four quants move at a time.
/// </summary>
internal static unsafe class TilePacker
{
    public const uint Q8Flip = 0x8080_8080;
    public const uint Q4Flip = 0x8888_8888;
    public const uint LowNibbles = 0x0F0F_0F0F;
    public const uint HighNibbles = 0xF0F0_F0F0;
    private const int HalfChunks = TileLayout.ChunksOfBlock / 2;

    /// <summary>Q4 when every quant of the blocks lies in [-8, 7].</summary>
    public static WeightPacking Choose(ReadOnlySpan<byte> blocks)
    {
        for (int i = 0; i < blocks.Length; i += MatrixVector.BlockBytes)
        {
            Vector256<uint> quants = Vector256.Create(blocks.Slice(i + sizeof(ushort), BlockQuantizer.BlockSize)).AsUInt32();
            if (((quants ^ (quants << 1)) & Vector256.Create(HighNibbles)) != Vector256<uint>.Zero)
                return WeightPacking.Q8;
        }
        return WeightPacking.Q4;
    }

    /// <summary>Packs up to 16 rows; those that are missing become zeros with scale zero.</summary>
    /// <exception cref="ArgumentException">A quant does not fit four bits.</exception>
    public static void Pack(WeightPacking packing, byte* rows, int rowCount, int blocks, byte* tile)
    {
        long rowBytes = (long)blocks * MatrixVector.BlockBytes;
        uint outside = 0;
        for (int b = 0; b < blocks; b++, rows += MatrixVector.BlockBytes, tile += TileLayout.BlockBytes(packing))
        {
            ushort* scales = (ushort*)(tile + TileLayout.ScaleOffset(packing));
            int packed = 0;
            if (Avx2.IsSupported)
            {
                for (; packed + TilePacker256.Rows <= rowCount; packed += TilePacker256.Rows)
                    outside |= TilePacker256.Pack(packing, rows + packed * rowBytes + sizeof(ushort), rowBytes, (uint*)tile + packed);
            }
            for (; packed < rowCount; packed++)
                outside |= PackQuants(packing, (uint*)(rows + packed * rowBytes + sizeof(ushort)), (uint*)tile + packed);
            for (int r = 0; r < rowCount; r++)
                scales[r] = *(ushort*)(rows + r * rowBytes);
            ClearRows(packing, tile, rowCount);
        }
        if (outside != 0)
            throw new ArgumentException("A quant outside of [-8, 7] does not fit four bits.", nameof(packing));
    }

    /// <summary>A row's canonical blocks.</summary>
    public static void Unpack(WeightPacking packing, byte* tile, int row, int blocks, byte* target)
    {
        for (int b = 0; b < blocks; b++, tile += TileLayout.BlockBytes(packing), target += MatrixVector.BlockBytes)
        {
            *(ushort*)target = ((ushort*)(tile + TileLayout.ScaleOffset(packing)))[row];
            UnpackQuants(packing, tile, row, (uint*)(target + sizeof(ushort)));
        }
    }

    /// <summary>A row's 32 quants of one block.</summary>
    public static void UnpackQuants(WeightPacking packing, byte* block, int row, uint* quants)
    {
        uint* source = (uint*)block + row;
        for (int c = 0; c < HalfChunks; c++)
        {
            if (packing == WeightPacking.Q8)
            {
                quants[c] = source[c * TileLayout.Rows] ^ Q8Flip;
                quants[c + HalfChunks] = source[(c + HalfChunks) * TileLayout.Rows] ^ Q8Flip;
            }
            else
            {
                uint nibbles = source[c * TileLayout.Rows] ^ Q4Flip;
                quants[c] = SignExtend(nibbles & LowNibbles);
                quants[c + HalfChunks] = SignExtend((nibbles >> 4) & LowNibbles);
            }
        }
    }

    // Without a loop of its own a method would wait in the compiler's first tier until start-up is over; hence the inlining here.
    // Returns bits that are set where a quant's upper bits are not all equal to its sign and the packing needs them to be.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint PackQuants(WeightPacking packing, uint* quants, uint* target)
    {
        uint outside = 0;
        for (int c = 0; c < HalfChunks; c++)
        {
            uint low = quants[c], high = quants[c + HalfChunks];
            if (packing == WeightPacking.Q8)
            {
                target[c * TileLayout.Rows] = low ^ Q8Flip;
                target[(c + HalfChunks) * TileLayout.Rows] = high ^ Q8Flip;
            }
            else
            {
                outside |= (low ^ (low << 1)) | (high ^ (high << 1));
                target[c * TileLayout.Rows] = ((low & LowNibbles) | ((high & LowNibbles) << 4)) ^ Q4Flip;
            }
        }
        return outside & HighNibbles;
    }

    // Four two's complement nibbles to bytes: the sign bit, times 30, fills the bits above it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SignExtend(uint nibbles) => nibbles | ((nibbles & Q8Flip >> 4) * 0x1E);

    private static void ClearRows(WeightPacking packing, byte* tile, int from)
    {
        (int chunks, uint zero) = packing == WeightPacking.Q8 ? (TileLayout.ChunksOfBlock, Q8Flip) : (HalfChunks, Q4Flip);
        for (int r = from; r < TileLayout.Rows; r++)
        {
            for (int c = 0; c < chunks; c++)
                ((uint*)tile)[c * TileLayout.Rows + r] = zero;
            ((ushort*)(tile + TileLayout.ScaleOffset(packing)))[r] = 0;
        }
    }
}
