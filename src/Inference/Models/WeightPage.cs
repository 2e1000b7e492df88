using System.Buffers.Binary;
using System.Runtime.CompilerServices;
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
    private const int Batch = 16;

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
        int pages = place.PagesPerRow;
        int count = leaves.Length / pages;
        if (leaves.Length % pages != 0 || rows.Length != (long)count * place.RowBytes)
            throw new ArgumentException($"{rows.Length} bytes for {leaves.Length} leaves; rows of {place} have {place.RowBytes} bytes in {pages} pages.");
        if (count < pages)
        {
            for (int row = 0; row < count; row++)
                HashRow(place, firstRow + row, rows.Slice(row * place.RowBytes, place.RowBytes), leaves.Slice(row * pages, pages));
            return;
        }
        for (int page = 0; page < pages; page++)
            HashRun(place, new PageRun(firstRow, 1, page, 0), rows, count, place.RowBytes, pages, leaves);
    }

    /// <summary>The pages of one row beside each other: equal ones, then the last.</summary>
    private static void HashRow(in TensorPlace place, int row, ReadOnlySpan<byte> bytes, Span<Bytes32> leaves)
    {
        int pageBytes = CanonicalTensor.BytesPerRow(place.Type, ColumnsPerPage(place.Type));
        int last = leaves.Length - 1;
        HashRun(place, new PageRun(row, 0, 0, 1), bytes, last, pageBytes, 1, leaves);
        HashRun(place, new PageRun(row, 0, last, 0), bytes, 1, pageBytes, 1, leaves);
    }

    /// <summary>Pages of one length, equally far apart, sixteen at a time.</summary>
    [SkipLocalsInit]
    private static void HashRun(
        in TensorPlace place, PageRun run, ReadOnlySpan<byte> bytes, int count, int stride, int leafStride, Span<Bytes32> leaves)
    {
        if (count == 0)
            return;
        int pageBytes = CanonicalTensor.BytesPerRow(place.Type, ColumnsPerPage(place.Type));
        ReadOnlySpan<byte> pages = bytes[(run.Page * pageBytes)..];
        int length = Math.Min(pageBytes, place.RowBytes - (run.Page * pageBytes));
        Span<byte> headers = stackalloc byte[Batch * HeaderBytes];
        Span<Bytes32> hashes = stackalloc Bytes32[Batch];
        for (int first = 0; first < count; first += Batch)
        {
            int size = Math.Min(Batch, count - first);
            for (int i = 0; i < size; i++)
            {
                WriteHeader(headers[(i * HeaderBytes)..], place.TensorId, place.Type, place.Rows, place.PaddedColumns,
                    run.Row + ((first + i) * run.RowStep), run.Page + ((first + i) * run.PageStep));
            }
            Sha256Batch.Hash(
                new Sha256Messages(pages[(first * stride)..], size, length, stride) { Tag = 0x00, Prefixes = headers, PrefixSize = HeaderBytes }, hashes);
            for (int i = 0; i < size; i++)
                leaves[((first + i) * leafStride) + run.Page] = hashes[i];
        }
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

    /// <summary>The first page of a run, and the step from one to the next.</summary>
    private readonly record struct PageRun(int Row, int RowStep, int Page, int PageStep);
}
