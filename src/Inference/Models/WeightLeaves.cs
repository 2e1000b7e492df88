using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TeeTee.Inference.Kernels;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models;

/// <summary>
/// Leaf hashes of packed tiles, without unpacking: a tile keeps four columns of sixteen rows together, which is a word of sixteen messages for
/// <see cref="Sha256Lanes"/>.
/// </summary>
internal static class WeightLeaves
{
    private const int BlocksPerPage = WeightPage.Q8Columns / CanonicalTensor.BlockColumns;
    private const uint Q8Flip = 0x8080_8080;
    private const uint LowNibbles = 0x0F0F_0F0F;

    /// <summary>Hashes the pages of the rows of a tile, in the committed order.</summary>
    /// <param name="place">The tensor, in Q8_0.</param>
    /// <param name="packing">How the tile is packed.</param>
    /// <param name="tile">The packed bytes.</param>
    /// <param name="index">The tile's number in the tensor.</param>
    /// <param name="leaves">As many as the rows of the tile have pages.</param>
    /// <returns>True where every scale is finite.</returns>
    public static bool HashTile(in TensorPlace place, WeightPacking packing, ReadOnlySpan<byte> tile, int index, Span<Bytes32> leaves)
    {
        int blocks = place.PaddedColumns / CanonicalTensor.BlockColumns;
        int blockBytes = TileLayout.BlockBytes(packing);
        int pages = place.PagesPerRow;
        int rows = Math.Min(TileLayout.Rows, place.Rows - (index * TileLayout.Rows));
        if (tile.Length != blocks * blockBytes || leaves.Length != rows * pages)
            throw new ArgumentException($"A tile of {tile.Length} bytes for {leaves.Length} leaves; {place} has {blocks} blocks in {pages} pages.");
        bool finite = true;
        Span<Bytes32> hashes = stackalloc Bytes32[TileLayout.Rows];
        for (int page = 0; page < pages; page++)
        {
            int first = page * BlocksPerPage;
            int count = Math.Min(BlocksPerPage, blocks - first);
            finite &= HashPage(place, packing, tile.Slice(first * blockBytes, count * blockBytes), index, page, hashes);
            for (int row = 0; row < rows; row++)
                leaves[(row * pages) + page] = hashes[row];
        }
        return finite;
    }

    [SkipLocalsInit]
    private static bool HashPage(
        in TensorPlace place, WeightPacking packing, ReadOnlySpan<byte> blocks, int tile, int page, Span<Bytes32> hashes)
    {
        LaneMessages messages = new(stackalloc uint[Sha256Lanes.StateLength], stackalloc uint[Sha256Lanes.BlockLength], tag: 0x00);
        messages.Add(place.TensorId);
        messages.Add((uint)place.Type);
        messages.Add((uint)place.Rows);
        messages.Add((uint)place.PaddedColumns);
        messages.Add(Vector512.Create((uint)(tile * TileLayout.Rows)) + Vector512<uint>.Indices);
        messages.Add((uint)page);
        Vector256<ushort> notFinite = Vector256<ushort>.Zero;
        int blockBytes = TileLayout.BlockBytes(packing);
        int scales = TileLayout.ScaleOffset(packing);
        Span<uint> quants = stackalloc uint[scales / sizeof(uint)];
        for (int at = 0; at < blocks.Length; at += blockBytes)
        {
            Vector256<ushort> halves = Vector256.Create(MemoryMarshal.Cast<byte, ushort>(blocks.Slice(at + scales, TileLayout.Rows * sizeof(ushort))));
            notFinite |= Vector256.Equals(halves & Vector256.Create((ushort)0x7C00), Vector256.Create((ushort)0x7C00));
            Vector256<ushort> swapped = (halves << 8) | (halves >>> 8);
            messages.AddHalf(Vector512.Create(Vector256.WidenLower(swapped), Vector256.WidenUpper(swapped)));
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, uint>(blocks.Slice(at, scales)), quants);
            if (packing == WeightPacking.Q8)
                AddBytes(quants, ref messages);
            else
                AddNibbles(quants, ref messages);
        }
        messages.Finish(hashes);
        return notFinite == Vector256<ushort>.Zero;
    }

    private static void AddBytes(ReadOnlySpan<uint> quants, ref LaneMessages messages)
    {
        for (int i = 0; i < quants.Length; i += TileLayout.Rows)
            messages.Add(Vector512.Create(quants[i..]) ^ Vector512.Create(Q8Flip));
    }

    // The low nibbles are the first half of the columns, the high ones the second.
    private static void AddNibbles(ReadOnlySpan<uint> quants, ref LaneMessages messages)
    {
        for (int i = 0; i < quants.Length; i += TileLayout.Rows)
            messages.Add(Quants(Vector512.Create(quants[i..])));
        for (int i = 0; i < quants.Length; i += TileLayout.Rows)
            messages.Add(Quants(Vector512.Create(quants[i..]) >> 4));
    }

    private static Vector512<uint> Quants(Vector512<uint> nibbles) =>
        ((nibbles & Vector512.Create(LowNibbles)).AsByte() - Vector512.Create((byte)TileLayout.Q4Bias)).AsUInt32();
}
