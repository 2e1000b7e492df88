using System.Buffers.Binary;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Q8_0 weights repacked without loss in tiles of 16 rows, so that vector lanes are rows and no kernel ever sums across lanes.
/// A tile's block is 544 bytes: 8 chunks of (16 rows x 4 consecutive columns), then the 16 rows' binary16 scales.
/// Rows past the end are zero with scale zero.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    public const int TileRows = 16;
    public const int ChunkColumns = 4;
    public const int ChunkBytes = TileRows * ChunkColumns;
    public const int ScaleOffset = BlockQuantizer.BlockSize / ChunkColumns * ChunkBytes;
    public const int TileBlockBytes = ScaleOffset + TileRows * sizeof(ushort);

    private readonly NativeBuffer<byte> _data;

    /// <summary>Repacks rows of Q8_0 blocks.</summary>
    /// <param name="source">All rows' blocks in file order, 34 bytes each.</param>
    /// <param name="rows">Number of rows, any.</param>
    /// <param name="blocks">Blocks of 32 columns per row.</param>
    public PackedMatrix(ReadOnlySpan<byte> source, int rows, int blocks)
    {
        if (source.Length != (long)rows * blocks * MatrixVector.BlockBytes)
            throw new ArgumentException($"{rows} rows of {blocks} blocks need other than {source.Length} bytes.", nameof(source));
        (Rows, Blocks, Tiles) = (rows, blocks, (rows + TileRows - 1) / TileRows);
        _data = new NativeBuffer<byte>((long)Tiles * blocks * TileBlockBytes);
        ClearLastTile();
        for (int row = 0; row < rows; row++)
            PackRow(source.Slice(row * blocks * MatrixVector.BlockBytes, blocks * MatrixVector.BlockBytes), row);
    }

    public int Rows { get; }

    public int Blocks { get; }

    public int Tiles { get; }

    /// <summary>Bytes of all tiles.</summary>
    public long Bytes => _data.Length;

    /// <summary>The first block of a tile; the caller keeps the matrix alive and below <see cref="Tiles"/>.</summary>
    public byte* Tile(int tile) => _data.Pointer + (long)tile * Blocks * TileBlockBytes;

    /// <summary>Dequantises the first hidden.Length columns of a row (ruling 21).</summary>
    public void DequantizeRow(int row, Span<float> hidden)
    {
        if ((uint)row >= (uint)Rows)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The matrix has {Rows} rows.");
        if (BlockQuantizer.BlocksOf(hidden.Length) != Blocks)
            throw new ArgumentException($"{hidden.Length} columns are not {Blocks} blocks.", nameof(hidden));
        for (int i = 0; i < hidden.Length; i++)
        {
            ReadOnlySpan<byte> block = Block(row / TileRows, i / BlockQuantizer.BlockSize);
            float scale = Fp16.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block[(ScaleOffset + 2 * (row % TileRows))..]));
            hidden[i] = scale * (sbyte)block[Offset(row % TileRows, i % BlockQuantizer.BlockSize)];
        }
    }

    /// <summary>A row's Q8_0 blocks as in the file, 34 bytes each.</summary>
    public void CopyRow(int row, Span<byte> target)
    {
        if ((uint)row >= (uint)Rows)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The matrix has {Rows} rows.");
        if (target.Length != Blocks * MatrixVector.BlockBytes)
            throw new ArgumentException($"{target.Length} bytes are not {Blocks} blocks.", nameof(target));
        int tileRow = row % TileRows;
        for (int b = 0; b < Blocks; b++)
        {
            ReadOnlySpan<byte> source = Block(row / TileRows, b);
            Span<byte> block = target.Slice(b * MatrixVector.BlockBytes, MatrixVector.BlockBytes);
            source.Slice(ScaleOffset + 2 * tileRow, 2).CopyTo(block);
            for (int column = 0; column < BlockQuantizer.BlockSize; column += ChunkColumns)
                source.Slice(Offset(tileRow, column), ChunkColumns).CopyTo(block[(2 + column)..]);
        }
    }

    /// <summary>Where a row of a tile keeps a column of a block.</summary>
    public static int Offset(int tileRow, int column) => column / ChunkColumns * ChunkBytes + tileRow * ChunkColumns + column % ChunkColumns;

    public void Dispose() => _data.Dispose();

    private Span<byte> Block(int tile, int block) => _data.Slice(((long)tile * Blocks + block) * TileBlockBytes, TileBlockBytes);

    private void ClearLastTile()
    {
        for (int b = 0; Rows % TileRows != 0 && b < Blocks; b++)
            Block(Tiles - 1, b).Clear();
    }

    private void PackRow(ReadOnlySpan<byte> row, int index)
    {
        int tileRow = index % TileRows;
        for (int b = 0; b < Blocks; b++)
        {
            ReadOnlySpan<byte> source = row.Slice(b * MatrixVector.BlockBytes, MatrixVector.BlockBytes);
            Span<byte> target = Block(index / TileRows, b);
            source[..2].CopyTo(target[(ScaleOffset + 2 * tileRow)..]);
            for (int column = 0; column < BlockQuantizer.BlockSize; column += ChunkColumns)
                source.Slice(2 + column, ChunkColumns).CopyTo(target[Offset(tileRow, column)..]);
        }
    }
}
