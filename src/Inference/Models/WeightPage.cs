using System.Buffers;
using System.Buffers.Binary;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models;

/// <summary>The unit in which weights are committed and proved: a page of one row (docs/protocol.md, section 3).</summary>
public static class WeightPage
{
    /// <summary>Columns of a Q8_0 page.</summary>
    public const int Q8Columns = 8192;

    /// <summary>Elements of an F32 page.</summary>
    public const int F32Columns = 256;

    private const int HeaderBytes = 24;

    /// <summary>Number of pages of each row of a tensor.</summary>
    public static int CountPerRow(CanonicalTensor tensor)
    {
        int columns = ColumnsPerPage(tensor.Type);
        return (tensor.PaddedColumns + columns - 1) / columns;
    }

    /// <summary>The same of a tensor of this type and width.</summary>
    internal static int CountPerRow(CanonicalType type, int columns) => (columns + ColumnsPerPage(type) - 1) / ColumnsPerPage(type);

    /// <summary>The stored bytes of one page; the last of a row may be short.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or page.</exception>
    public static ReadOnlySpan<byte> Content(CanonicalTensor tensor, int row, int page)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(page);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(page, CountPerRow(tensor));
        return Content(tensor.Type, tensor.Row(row), page);
    }

    /// <summary>One page of a canonical row that has it.</summary>
    internal static ReadOnlySpan<byte> Content(CanonicalType type, ReadOnlySpan<byte> row, int page)
    {
        int bytes = CanonicalTensor.BytesPerRow(type, ColumnsPerPage(type));
        ReadOnlySpan<byte> rest = row[(page * bytes)..];
        return rest[..Math.Min(bytes, rest.Length)];
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no such row or page.</exception>
    internal static void CheckPlace(in TensorPlace place, int row, int page)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, place.Rows);
        ArgumentOutOfRangeException.ThrowIfNegative(page);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(page, place.PagesPerRow);
    }

    /// <summary>The data of the Merkle leaf of one page: six big-endian words that bind role, type, shape and place, then the bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or page.</exception>
    public static byte[] LeafData(CanonicalTensor tensor, int row, int page)
    {
        ReadOnlySpan<byte> content = Content(tensor, row, page);
        byte[] leaf = new byte[HeaderBytes + content.Length];
        WriteHeader(leaf, tensor.TensorId, tensor.Type, tensor.Rows, tensor.PaddedColumns, row, page);
        content.CopyTo(leaf.AsSpan(HeaderBytes));
        return leaf;
    }

    /// <summary>Hashes every page of consecutive rows into leaves, in the committed order.</summary>
    /// <param name="place">The tensor.</param>
    /// <param name="firstRow">The row that <paramref name="rows"/> starts with.</param>
    /// <param name="rows">Whole canonical rows.</param>
    /// <param name="leaves">As many as these rows have pages.</param>
    internal static void HashRows(in TensorPlace place, int firstRow, ReadOnlySpan<byte> rows, Span<Bytes32> leaves)
    {
        byte[] leaf = ArrayPool<byte>.Shared.Rent(HeaderBytes + place.RowBytes);
        for (int i = 0; i < leaves.Length; i++)
        {
            (int row, int page) = Math.DivRem(i, place.PagesPerRow);
            ReadOnlySpan<byte> content = Content(place.Type, rows.Slice(row * place.RowBytes, place.RowBytes), page);
            WriteHeader(leaf, place.TensorId, place.Type, place.Rows, place.PaddedColumns, firstRow + row, page);
            content.CopyTo(leaf.AsSpan(HeaderBytes));
            leaves[i] = Sha256Merkle.Leaf(leaf.AsSpan(0, HeaderBytes + content.Length));
        }
        ArrayPool<byte>.Shared.Return(leaf);
    }

    private static int ColumnsPerPage(CanonicalType type) => type == CanonicalType.Q8_0 ? Q8Columns : F32Columns;

    private static void WriteHeader(Span<byte> leaf, uint tensorId, CanonicalType type, int rows, int paddedColumns, int row, int page)
    {
        BinaryPrimitives.WriteUInt32BigEndian(leaf, tensorId);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[4..], (uint)type);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[8..], (uint)rows);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[12..], (uint)paddedColumns);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[16..], (uint)row);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[20..], (uint)page);
    }
}
