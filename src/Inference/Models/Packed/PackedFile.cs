using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TeeTee.Inference.Kernels;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models.Packed;

/// <summary>
/// A packed file that is open for reading. Nothing in it is believed: the weights root is computed from the leaf hashes when it is
/// opened, and the leaf hashes of each tensor from its bytes while they are read into memory, by all threads. Safe for concurrent use.
/// </summary>
internal sealed class PackedFile : IDisposable
{
    // Read in one call, then hashed while it is in the second-level cache.
    private const int ChunkBytes = 512 << 10;

    private readonly SafeFileHandle _handle;
    private readonly PackedLayout _layout;

    private PackedFile(SafeFileHandle handle, CanonicalModel model, SourceStamp source)
    {
        _handle = handle;
        Written = File.GetLastWriteTimeUtc(handle);
        _layout = new PackedLayout(model.Map);
        PackedHeader header = ReadHeader(model.Map.All.Count);
        if (header.Source != source)
            throw new PackedFileException(PackedFault.OtherSource, "the model file is not the one that it was made of, or has changed since");
        LayOut(model.Map, header.Packings);
        Leaves = ReadLeaves(model.Map.LeafCount);
        Identity = model.Identify(Leaves);
        if (Identity != header.Identity)
            throw Damaged($"its leaf hashes are those of model {Identity.ModelId}, it states {header.Identity.ModelId}");
        RequireZeros(_layout.LeavesOffset + (long)Leaves.Length * Bytes32.Size);
    }

    /// <summary>The model, recomputed.</summary>
    public ModelIdentity Identity { get; }

    /// <summary>The leaf hashes of the whole model in the committed order. Not to be changed.</summary>
    public Bytes32[] Leaves { get; }

    /// <summary>When the file was written, in UTC.</summary>
    public DateTime Written { get; }

    /// <summary>Opens a file and checks header, leaf hashes and length.</summary>
    /// <param name="path">The packed file.</param>
    /// <param name="model">The model that it should hold.</param>
    /// <param name="source">The model's file as it is now.</param>
    /// <exception cref="PackedFileException">It has to be made again.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static PackedFile Open(string path, CanonicalModel model, SourceStamp source)
    {
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        try
        {
            return new PackedFile(handle, model, source);
        }
        catch (Exception)
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Loads a matrix, checking every byte.</summary>
    /// <exception cref="PackedFileException">A byte is wrong or missing.</exception>
    public PackedMatrix ReadMatrix(WorkerPool pool, in TensorPlace place)
    {
        PackedSection section = _layout.Find(place);
        PackedMatrix matrix = new(section.Packing, place.Rows, section.Blocks);
        try
        {
            int step = Math.Clamp(ChunkBytes / matrix.TileBytes, 1, matrix.Tiles);
            pool.Run((matrix.Tiles + step - 1) / step, (item, _) => ReadTiles(section, matrix, item * step, Math.Min(step, matrix.Tiles - item * step)));
            RequireZeros(section.End);
            return matrix;
        }
        catch (Exception)
        {
            matrix.Dispose();
            throw;
        }
    }

    /// <summary>Loads a vector or table, checking every byte.</summary>
    /// <exception cref="PackedFileException">A byte is wrong or missing.</exception>
    public float[] ReadVector(WorkerPool pool, in TensorPlace place)
    {
        PackedSection section = _layout.Find(place);
        float[] elements = new float[(long)place.Rows * place.Columns];
        int step = Math.Clamp(ChunkBytes / place.RowBytes, 1, place.Rows);
        pool.Run((place.Rows + step - 1) / step, (item, _) => ReadRows(section, elements, item * step, Math.Min(step, section.Place.Rows - item * step)));
        RequireZeros(section.End);
        return elements;
    }

    public void Dispose() => _handle.Dispose();

    private PackedHeader ReadHeader(int tensors)
    {
        byte[] bytes = new byte[PackedHeader.Bytes(tensors)];
        Read(0, bytes);
        PackedHeader header = PackedHeader.Parse(bytes, tensors);
        RequireZeros(bytes.Length);
        return header;
    }

    private void LayOut(WeightMap map, byte[] packings)
    {
        int next = 0;
        foreach (TensorPlace place in PackedLayout.Order(map))
        {
            WeightPacking packing = (WeightPacking)packings[next++];
            if (place.Type == CanonicalType.Q8_0 ? !Enum.IsDefined(packing) : packing != default)
                throw Damaged($"{place} has the unknown packing {packing}");
            _layout.Append(place, packing);
        }
        long length = RandomAccess.GetLength(_handle);
        if (length != _layout.Length)
            throw Damaged($"it has {length} bytes instead of {_layout.Length}");
    }

    private Bytes32[] ReadLeaves(int count)
    {
        byte[] bytes = new byte[ChunkBytes];
        Bytes32[] leaves = new Bytes32[count];
        for (int first = 0; first < count; first += bytes.Length / Bytes32.Size)
        {
            int part = Math.Min(bytes.Length / Bytes32.Size, count - first);
            Read(_layout.LeavesOffset + (long)first * Bytes32.Size, bytes.AsSpan(0, part * Bytes32.Size));
            for (int i = 0; i < part; i++)
                leaves[first + i] = new Bytes32(bytes.AsSpan(i * Bytes32.Size, Bytes32.Size));
        }
        return leaves;
    }

    private void ReadTiles(PackedSection section, PackedMatrix matrix, int first, int count)
    {
        long start = (long)first * matrix.TileBytes;
        Read(section.Offset + start, matrix.Slice(start, count * matrix.TileBytes));
        TensorPlace place = section.Place;
        int tileLeaves = TileLayout.Rows * place.PagesPerRow;
        Bytes32[] leaves = new Bytes32[tileLeaves];
        for (int tile = first; tile < first + count; tile++)
        {
            Span<Bytes32> found = leaves.AsSpan(0, matrix.RowsOf(tile) * place.PagesPerRow);
            ReadOnlySpan<byte> bytes = matrix.Slice((long)tile * matrix.TileBytes, matrix.TileBytes);
            bool finite = WeightLeaves.HashTile(place, section.Packing, bytes, tile, found);
            if (!found.SequenceEqual(Leaves.AsSpan(place.FirstLeaf + tile * tileLeaves, found.Length)))
                throw Damaged($"{place}: rows from {tile * TileLayout.Rows} on do not have the leaf hashes that the weights root commits to");
            if (!finite)
                throw Damaged($"{place}: a scale in the rows from {tile * TileLayout.Rows} on is not finite");
        }
        if (first + count == matrix.Tiles && place.Rows % TileLayout.Rows != 0)
            RequireUnusedRows(section, matrix);
    }

    /// <summary>The rows of the last tile that the matrix has not belong to no leaf: they must be what packing writes there.</summary>
    private static void RequireUnusedRows(PackedSection section, PackedMatrix matrix)
    {
        int last = matrix.Tiles - 1;
        using PackedMatrix expected = new(matrix.Packing, matrix.RowsOf(last), matrix.Blocks);
        byte[] rows = new byte[expected.Rows * section.Place.RowBytes];
        for (int row = 0; row < expected.Rows; row++)
            matrix.CopyRow(last * TileLayout.Rows + row, rows.AsSpan(row * section.Place.RowBytes, section.Place.RowBytes));
        expected.PackTile(0, rows);
        if (!expected.Slice(0, matrix.TileBytes).SequenceEqual(matrix.Slice((long)last * matrix.TileBytes, matrix.TileBytes)))
            throw Damaged($"{section.Place}: the unused rows of the last tile are not what packing writes");
    }

    private void ReadRows(PackedSection section, float[] elements, int first, int count)
    {
        TensorPlace place = section.Place;
        Span<float> part = elements.AsSpan(first * place.Columns, count * place.Columns);
        Span<byte> bytes = MemoryMarshal.AsBytes(part);
        Read(section.Offset + (long)first * place.RowBytes, bytes);
        Bytes32[] leaves = new Bytes32[count * place.PagesPerRow];
        WeightPage.HashRows(place, first, bytes, leaves);
        if (!leaves.AsSpan().SequenceEqual(Leaves.AsSpan(place.FirstLeaf + first * place.PagesPerRow, leaves.Length)))
            throw Damaged($"{place}: rows from {first} on do not have the leaf hashes that the weights root commits to");
        foreach (float element in part)
        {
            if (!float.IsFinite(element))
                throw Damaged($"{place}: an element in the rows from {first} on is not finite");
        }
    }

    /// <summary>From the end of a section to the next page there are zeros.</summary>
    private void RequireZeros(long end)
    {
        Span<byte> padding = stackalloc byte[(int)(PackedLayout.PageEnd(end) - end)];
        Read(end, padding);
        if (padding.ContainsAnyExcept((byte)0))
            throw Damaged($"the padding from byte {end} on is not zero");
    }

    private void Read(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(_handle, destination, offset);
            if (read == 0)
                throw Damaged($"it ends at byte {offset}");
            destination = destination[read..];
            offset += read;
        }
    }

    private static PackedFileException Damaged(string what) => new(PackedFault.Damaged, what);
}
