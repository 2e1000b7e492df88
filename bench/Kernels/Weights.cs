using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Bench.Kernels;

/// <summary>Matrices of one shape in one huge-page buffer, more than any cache holds, and activations to multiply them with.</summary>
internal sealed unsafe class Weights : IDisposable
{
    private const long Bytes = 320L << 20;

    public Weights(WeightPacking packing, int rows, int columns, int copies = 0)
    {
        int blocks = columns / BlockQuantizer.BlockSize;
        long length = PackedMatrix.ByteLength(packing, rows, blocks);
        int count = copies == 0 ? (int)((Bytes + length - 1) / length) : copies;
        Memory = new NativeBuffer<byte>(count * length);
        Matrices = [.. Enumerable.Range(0, count).Select(i => new PackedMatrix(packing, rows, blocks, Memory.Pointer + i * length))];
        byte[] source = Rows(packing, TileLayout.Rows, blocks);
        Matrices[0].PackTile(0, source);
        ReadOnlySpan<byte> tile = Matrices[0].Slice(0, Matrices[0].TileBytes);
        for (long at = 0; at < Memory.Length; at += tile.Length)
            tile.CopyTo(Memory.Slice(at, tile.Length));
    }

    public NativeBuffer<byte> Memory { get; }

    public PackedMatrix[] Matrices { get; }

    /// <summary>Canonical rows with all quants that the packing can hold, and small scales.</summary>
    public static byte[] Rows(WeightPacking packing, int rows, int blocks)
    {
        byte[] source = new byte[rows * blocks * MatrixVector.BlockBytes];
        new Random(1).NextBytes(source);
        for (int i = 0; i < source.Length; i++)
        {
            int inside = i % MatrixVector.BlockBytes;
            if (inside < 2)
                source[i] = (byte)(inside == 0 ? i : 0x14);
            else if (packing == WeightPacking.Q4)
                source[i] = (byte)((sbyte)source[i] >> 4);
        }
        return source;
    }

    public static QuantizedBatch Activations(int rows, int columns)
    {
        QuantizedBatch batch = new(rows, BlockQuantizer.BlocksOf(columns));
        batch.Shape(columns, rows);
        Random random = new(2);
        float[] x = new float[columns];
        for (int t = 0; t < rows; t++)
        {
            for (int i = 0; i < columns; i++)
                x[i] = random.NextSingle() - 0.5f;
            batch.Write(t, x, KernelSet.Best.Vectors).Require();
        }
        return batch;
    }

    public void Dispose() => Memory.Dispose();
}
