namespace TeeTee.Inference.Gguf;

/// <summary>
/// Where a tensor stands in the file. <see cref="Columns"/> elements are contiguous; a row is one output of a matrix.
/// </summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The element type, possibly a number that this project does not know.</param>
/// <param name="Columns">The first dimension of the file.</param>
/// <param name="Rows">The product of all other dimensions.</param>
/// <param name="DimensionCount">How many dimensions the file lists, 1 to 4.</param>
/// <param name="Offset">First byte, from the start of the file.</param>
/// <param name="ByteLength">Bytes of the whole tensor, or -1 where the type is not known.</param>
public sealed record GgufTensor(
    string Name, GgufType Type, long Columns, long Rows, int DimensionCount, long Offset, long ByteLength)
{
    /// <summary>True where the layout of the type is known, so that the tensor can be read.</summary>
    public bool IsReadable => ByteLength >= 0;

    /// <summary>Bytes of one row, or -1 where the type is not known.</summary>
    public long RowBytes => IsReadable ? ByteLength / Rows : -1;
}
