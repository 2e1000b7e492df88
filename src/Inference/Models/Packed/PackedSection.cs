using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Models.Packed;

/// <summary>Where a packed file holds one tensor.</summary>
/// <param name="Place">The tensor.</param>
/// <param name="Packing">How a matrix is packed; means nothing for a vector or table, which is binary32 little-endian.</param>
/// <param name="Offset">The first byte, at the start of a page of 4,096.</param>
internal readonly record struct PackedSection(TensorPlace Place, WeightPacking Packing, long Offset)
{
    /// <summary>True for a tensor that kernels read in tiles.</summary>
    public bool IsMatrix => Place.Type == CanonicalType.Q8_0;

    /// <summary>Blocks of a row of a matrix.</summary>
    public int Blocks => Place.PaddedColumns / CanonicalTensor.BlockColumns;

    /// <summary>Bytes of the tensor.</summary>
    public long Bytes => IsMatrix ? PackedMatrix.ByteLength(Packing, Place.Rows, Blocks) : Place.Bytes;

    /// <summary>The byte after the tensor; from there to the next page there are zeros.</summary>
    public long End => Offset + Bytes;
}
