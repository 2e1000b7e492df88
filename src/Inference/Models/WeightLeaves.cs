using TeeTee.Inference.Kernels;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models;

/// <summary>Leaf hashes of packed tiles.</summary>
internal static class WeightLeaves
{
    /// <summary>Hashes the pages of the rows of a tile, in the committed order.</summary>
    /// <param name="place">The tensor.</param>
    /// <param name="packing">How the tile is packed.</param>
    /// <param name="tile">The packed bytes.</param>
    /// <param name="index">The tile's number in the tensor.</param>
    /// <param name="leaves">As many as the rows of the tile have pages.</param>
    /// <returns>True where every scale is finite.</returns>
    public static unsafe bool HashTile(in TensorPlace place, WeightPacking packing, ReadOnlySpan<byte> tile, int index, Span<Bytes32> leaves)
    {
        int rows = leaves.Length / place.PagesPerRow;
        byte[] bytes = new byte[rows * place.RowBytes];
        fixed (byte* source = tile)
        {
            PackedMatrix matrix = new(packing, rows, place.PaddedColumns / CanonicalTensor.BlockColumns, source);
            for (int row = 0; row < rows; row++)
                matrix.CopyRow(row, bytes.AsSpan(row * place.RowBytes, place.RowBytes));
        }
        WeightPage.HashRows(place, index * TileLayout.Rows, bytes, leaves);
        return Numerics.ImportQuantizer.HasFiniteScales(bytes);
    }
}
