using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>Q8_0 weights repacked without loss in tiles (<see cref="TileLayout"/>); one packing for the whole matrix.</summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    /// <summary>Changes with any byte that packing writes; a file of packed bytes names it.</summary>
    public const int LayoutVersion = 1;

    private readonly NativeBuffer<byte>? _owned;
    private byte* _data;

    /// <summary>Repacks rows of Q8_0 blocks, with four bits per quant where all fit.</summary>
    /// <param name="source">All rows' blocks in file order, 34 bytes each.</param>
    /// <param name="rows">Number of rows, any.</param>
    /// <param name="blocks">Blocks of 32 columns per row.</param>
    public PackedMatrix(ReadOnlySpan<byte> source, int rows, int blocks)
        : this(TilePacker.Choose(RequireLength(source, rows, blocks)), rows, blocks)
    {
        int tileBytes = TileLayout.Rows * blocks * MatrixVector.BlockBytes;
        for (int tile = 0; tile < Tiles; tile++)
            PackTile(tile, source.Slice(tile * tileBytes, RowsOf(tile) * blocks * MatrixVector.BlockBytes));
    }

    /// <summary>A matrix in memory of its own, to be filled by <see cref="PackTile"/> or <see cref="Slice"/> before use.</summary>
    public PackedMatrix(WeightPacking packing, int rows, int blocks)
    {
        (Packing, Rows, Blocks, Tiles) = (packing, rows, blocks, TileLayout.TilesOf(rows));
        _owned = new NativeBuffer<byte>(Bytes);
        _data = _owned.Pointer;
    }

    /// <summary>A matrix in memory that outlives it, such as a part of one large buffer.</summary>
    /// <param name="packing">How that memory is or will be packed.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="blocks">Blocks of 32 columns per row.</param>
    /// <param name="memory"><see cref="ByteLength"/> bytes, aligned to 64 for full speed.</param>
    public PackedMatrix(WeightPacking packing, int rows, int blocks, byte* memory)
    {
        (Packing, Rows, Blocks, Tiles) = (packing, rows, blocks, TileLayout.TilesOf(rows));
        _data = memory;
    }

    public WeightPacking Packing { get; }

    public int Rows { get; }

    public int Blocks { get; }

    public int Tiles { get; }

    /// <summary>Bytes of a tile.</summary>
    public int TileBytes => Blocks * TileLayout.BlockBytes(Packing);

    /// <summary>Bytes of all tiles.</summary>
    public long Bytes => ByteLength(Packing, Rows, Blocks);

    /// <summary>Bytes of all tiles of such a matrix.</summary>
    public static long ByteLength(WeightPacking packing, int rows, int blocks) =>
        (long)TileLayout.TilesOf(rows) * blocks * TileLayout.BlockBytes(packing);

    /// <summary>Q4 when every quant lies in [-8, 7].</summary>
    /// <param name="blocks">Whole Q8_0 blocks, 34 bytes each.</param>
    public static WeightPacking Choose(ReadOnlySpan<byte> blocks)
    {
        if (blocks.Length % MatrixVector.BlockBytes != 0)
            throw new ArgumentException($"{blocks.Length} bytes are no whole blocks.", nameof(blocks));
        return TilePacker.Choose(blocks);
    }

    /// <summary>Rows of the matrix that a tile holds: 16, fewer in the last one.</summary>
    public int RowsOf(int tile) => Math.Min(TileLayout.Rows, Rows - tile * TileLayout.Rows);

    /// <summary>The first block of a tile; the caller keeps the matrix alive and below <see cref="Tiles"/>.</summary>
    public byte* Tile(int tile) => _data + (long)tile * TileBytes;

    /// <summary>The packed bytes [start, start + length).</summary>
    public Span<byte> Slice(long start, int length)
    {
        ObjectDisposedException.ThrowIf(_data is null, this);
        if (start < 0 || length < 0 || start + length > Bytes)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"{length} bytes from there pass the end at {Bytes}.");
        return new Span<byte>(_data + start, length);
    }

    /// <summary>Fills one tile. Different tiles may be filled by different threads.</summary>
    /// <param name="tile">Which one.</param>
    /// <param name="rows">The Q8_0 blocks of its <see cref="RowsOf"/> rows in file order.</param>
    /// <exception cref="ArgumentException">The length is another, or a quant does not fit the packing.</exception>
    public void PackTile(int tile, ReadOnlySpan<byte> rows)
    {
        Span<byte> target = Slice((long)tile * TileBytes, TileBytes);
        int rowCount = RowsOf(tile);
        fixed (byte* source = RequireLength(rows, rowCount, Blocks), destination = target)
            TilePacker.Pack(Packing, source, rowCount, Blocks, destination);
    }

    /// <summary>Dequantises the first hidden.Length columns of a row (ruling 21).</summary>
    public void DequantizeRow(int row, Span<float> hidden)
    {
        if (BlockQuantizer.BlocksOf(hidden.Length) != Blocks)
            throw new ArgumentException($"{hidden.Length} columns are not {Blocks} blocks.", nameof(hidden));
        byte* block = RowTile(row);
        sbyte* quants = stackalloc sbyte[BlockQuantizer.BlockSize];
        for (int start = 0; start < hidden.Length; start += BlockQuantizer.BlockSize, block += TileLayout.BlockBytes(Packing))
        {
            TilePacker.UnpackQuants(Packing, block, row % TileLayout.Rows, (uint*)quants);
            float scale = Fp16.ToSingle(((ushort*)(block + TileLayout.ScaleOffset(Packing)))[row % TileLayout.Rows]);
            Span<float> target = hidden.Slice(start, Math.Min(BlockQuantizer.BlockSize, hidden.Length - start));
            for (int i = 0; i < target.Length; i++)
                target[i] = scale * quants[i];
        }
    }

    /// <summary>A row's Q8_0 blocks as in the canonical form, 34 bytes each.</summary>
    public void CopyRow(int row, Span<byte> target)
    {
        byte* tile = RowTile(row);
        fixed (byte* destination = target)
        {
            RequireLength(target, 1, Blocks);
            TilePacker.Unpack(Packing, tile, row % TileLayout.Rows, Blocks, destination);
        }
    }

    public void Dispose()
    {
        _owned?.Dispose();
        _data = null;
    }

    private static ReadOnlySpan<byte> RequireLength(ReadOnlySpan<byte> blocks, int rows, int blocksOfRow)
    {
        if (blocks.Length != (long)rows * blocksOfRow * MatrixVector.BlockBytes)
            throw new ArgumentException($"{rows} rows of {blocksOfRow} blocks need other than {blocks.Length} bytes.", nameof(blocks));
        return blocks;
    }

    private byte* RowTile(int row)
    {
        ObjectDisposedException.ThrowIf(_data is null, this);
        if ((uint)row >= (uint)Rows)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The matrix has {Rows} rows.");
        return Tile(row / TileLayout.Rows);
    }
}
