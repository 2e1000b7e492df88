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
        int bytes = CanonicalTensor.BytesPerRow(tensor.Type, ColumnsPerPage(tensor.Type));
        ReadOnlySpan<byte> rest = tensor.Row(row)[(page * bytes)..];
        return rest[..Math.Min(bytes, rest.Length)];
    }

    /// <summary>The data of the Merkle leaf of one page: six big-endian words that bind role, type, shape and place, then the bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or page.</exception>
    public static byte[] LeafData(CanonicalTensor tensor, int row, int page)
    {
        ReadOnlySpan<byte> content = Content(tensor, row, page);
        byte[] leaf = new byte[HeaderBytes + content.Length];
        WriteHeader(leaf, tensor, row, page);
        content.CopyTo(leaf.AsSpan(HeaderBytes));
        return leaf;
    }

    /// <summary>Appends every page of a tensor to a tree, in the committed order.</summary>
    internal static void AppendAll(CanonicalTensor tensor, MerkleFrontier<Sha256Merkle> tree, CancellationToken cancellationToken) =>
        ForEachLeaf(tensor, leaf => tree.Append(leaf), cancellationToken);

    /// <summary>Gives the leaf hash of every page of a tensor, in the committed order.</summary>
    internal static void ForEachLeaf(CanonicalTensor tensor, Action<Bytes32> take, CancellationToken cancellationToken)
    {
        int pages = CountPerRow(tensor);
        byte[] buffer = new byte[HeaderBytes + Math.Min(tensor.RowBytes, CanonicalTensor.BytesPerRow(tensor.Type, ColumnsPerPage(tensor.Type)))];
        for (int row = 0; row < tensor.Rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int page = 0; page < pages; page++)
            {
                ReadOnlySpan<byte> content = Content(tensor, row, page);
                WriteHeader(buffer, tensor, row, page);
                content.CopyTo(buffer.AsSpan(HeaderBytes));
                take(Sha256Merkle.Leaf(buffer.AsSpan(0, HeaderBytes + content.Length)));
            }
        }
    }

    private static int ColumnsPerPage(CanonicalType type) => type == CanonicalType.Q8_0 ? Q8Columns : F32Columns;

    private static void WriteHeader(Span<byte> leaf, CanonicalTensor tensor, int row, int page)
    {
        BinaryPrimitives.WriteUInt32BigEndian(leaf, tensor.TensorId);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[4..], (uint)tensor.Type);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[8..], (uint)tensor.Rows);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[12..], (uint)tensor.PaddedColumns);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[16..], (uint)row);
        BinaryPrimitives.WriteUInt32BigEndian(leaf[20..], (uint)page);
    }
}
