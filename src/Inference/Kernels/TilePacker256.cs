using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>Packs a block of 8 rows at once: in units of four quants it is a transposition of 8 by 8.</summary>
internal static unsafe class TilePacker256
{
    public const int Rows = 8;

    private const int HalfChunks = TileLayout.ChunksOfBlock / 2;

    /// <param name="packing">How to pack.</param>
    /// <param name="quants">The first row's 32 quants.</param>
    /// <param name="rowBytes">From one row to the next.</param>
    /// <param name="target">The first row's place in the first chunk.</param>
    /// <returns>Not zero where a quant does not fit the packing.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Pack(WeightPacking packing, byte* quants, long rowBytes, uint* target)
    {
        Vector256<uint> r0 = Load(quants), r1 = Load(quants + rowBytes), r2 = Load(quants + 2 * rowBytes), r3 = Load(quants + 3 * rowBytes);
        quants += 4 * rowBytes;
        Vector256<uint> r4 = Load(quants), r5 = Load(quants + rowBytes), r6 = Load(quants + 2 * rowBytes), r7 = Load(quants + 3 * rowBytes);
        Transpose(ref r0, ref r1, ref r2, ref r3);
        Transpose(ref r4, ref r5, ref r6, ref r7);
        // Row i now holds chunk i of four rows in its lower half and chunk i + 4 in its upper half.
        if (packing == WeightPacking.Q8)
        {
            StoreBytes(r0, r4, target);
            StoreBytes(r1, r5, target + TileLayout.Rows);
            StoreBytes(r2, r6, target + 2 * TileLayout.Rows);
            StoreBytes(r3, r7, target + 3 * TileLayout.Rows);
            return 0;
        }
        Vector256<uint> outside = StoreNibbles(r0, r4, target) | StoreNibbles(r1, r5, target + TileLayout.Rows)
            | StoreNibbles(r2, r6, target + 2 * TileLayout.Rows) | StoreNibbles(r3, r7, target + 3 * TileLayout.Rows);
        return (outside & Vector256.Create(TilePacker.HighNibbles)) == Vector256<uint>.Zero ? 0 : TilePacker.HighNibbles;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Load(byte* quants) => Vector256.Load((uint*)quants);

    // 4 by 4 in each half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector256<uint> r0, ref Vector256<uint> r1, ref Vector256<uint> r2, ref Vector256<uint> r3)
    {
        Vector256<ulong> a = Avx2.UnpackLow(r0, r1).AsUInt64(), b = Avx2.UnpackHigh(r0, r1).AsUInt64();
        Vector256<ulong> c = Avx2.UnpackLow(r2, r3).AsUInt64(), d = Avx2.UnpackHigh(r2, r3).AsUInt64();
        r0 = Avx2.UnpackLow(a, c).AsUInt32();
        r1 = Avx2.UnpackHigh(a, c).AsUInt32();
        r2 = Avx2.UnpackLow(b, d).AsUInt32();
        r3 = Avx2.UnpackHigh(b, d).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreBytes(Vector256<uint> first, Vector256<uint> second, uint* target)
    {
        (Low(first, second) ^ Vector256.Create(TilePacker.Q8Flip)).Store(target);
        (High(first, second) ^ Vector256.Create(TilePacker.Q8Flip)).Store(target + HalfChunks * TileLayout.Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> StoreNibbles(Vector256<uint> first, Vector256<uint> second, uint* target)
    {
        Vector256<uint> low = Low(first, second), high = High(first, second), mask = Vector256.Create(TilePacker.LowNibbles);
        (((low & mask) | ((high & mask) << 4)) ^ Vector256.Create(TilePacker.Q4Flip)).Store(target);
        return (low ^ (low << 1)) | (high ^ (high << 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Low(Vector256<uint> first, Vector256<uint> second) => Avx2.Permute2x128(first, second, 0x20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> High(Vector256<uint> first, Vector256<uint> second) => Avx2.Permute2x128(first, second, 0x31);
}
