using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>Quantised activations of several positions in groups of <see cref="ActivationGroup.MaxPositions"/>, the last one as wide as it is.</summary>
internal sealed unsafe class QuantizedBatch(int maxRows, int maxBlocks) : IDisposable
{
    // Quantised on the stack before they go to their places; few enough to stay in the first-level cache.
    private const int BlocksAtOnce = 64;

    private readonly NativeBuffer<byte> _data = new((long)maxRows * maxBlocks * ActivationGroup.BlockBytes(1));

    /// <summary>Blocks per row of what is held now.</summary>
    public int Blocks { get; private set; }

    /// <summary>Rows of what is held now.</summary>
    public int Rows { get; private set; }

    /// <summary>Groups of what is held now.</summary>
    public int Groups => (Rows + ActivationGroup.MaxPositions - 1) / ActivationGroup.MaxPositions;

    /// <summary>The product that the batch is in; one at a time.</summary>
    public ProductWork Work { get; } = new();

    /// <summary>Positions of a group: 8, fewer in the last one.</summary>
    public int PositionsOf(int group) => Math.Min(ActivationGroup.MaxPositions, Rows - group * ActivationGroup.MaxPositions);

    /// <summary>The first block of a group.</summary>
    public byte* Group(int group) => _data.Pointer + (long)group * Blocks * ActivationGroup.BlockBytes(ActivationGroup.MaxPositions);

    /// <summary>Sets width and number of rows before any is written; what was held is gone.</summary>
    public void Shape(int columns, int rows)
    {
        int blocks = BlockQuantizer.BlocksOf(columns);
        if (blocks > maxBlocks)
            throw new ArgumentOutOfRangeException(nameof(columns), columns, $"The batch was made for {maxBlocks} blocks.");
        if ((uint)rows > (uint)maxRows)
            throw new ArgumentOutOfRangeException(nameof(rows), rows, $"The batch was made for {maxRows} rows.");
        (Blocks, Rows) = (blocks, rows);
    }

    /// <summary>Quantises one vector of the shaped width into a row. Different rows may be written by different threads.</summary>
    /// <returns>The first element that is not finite, or none.</returns>
    public NonFinite Write(int row, ReadOnlySpan<float> x, IVectorKernels kernels)
    {
        if ((uint)row >= (uint)Rows)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The batch is shaped for {Rows} rows.");
        if (BlockQuantizer.BlocksOf(x.Length) != Blocks)
            throw new ArgumentException($"{x.Length} elements are not {Blocks} blocks.", nameof(x));
        Span<sbyte> q = stackalloc sbyte[BlocksAtOnce * BlockQuantizer.BlockSize];
        Span<float> scales = stackalloc float[BlocksAtOnce];
        Span<int> sums = stackalloc int[BlocksAtOnce];
        for (int block = 0; block < Blocks; block += BlocksAtOnce)
        {
            int start = block * BlockQuantizer.BlockSize;
            int count = Math.Min(BlocksAtOnce, Blocks - block);
            ReadOnlySpan<float> part = x.Slice(start, Math.Min(count * BlockQuantizer.BlockSize, x.Length - start));
            NonFinite failure = kernels.Quantize(part, q[..(count * BlockQuantizer.BlockSize)], scales[..count], sums[..count]);
            if (!failure.IsNone)
                return failure with { Index = start + failure.Index };
            fixed (sbyte* quants = q)
                Scatter(row, block, count, (uint*)quants, scales, sums);
        }
        return default;
    }

    public void Dispose() => _data.Dispose();

    private void Scatter(int row, int firstBlock, int count, uint* quants, ReadOnlySpan<float> scales, ReadOnlySpan<int> sums)
    {
        (int group, int t) = Math.DivRem(row, ActivationGroup.MaxPositions);
        int positions = PositionsOf(group);
        byte* block = Group(group) + (long)firstBlock * ActivationGroup.BlockBytes(positions);
        for (int b = 0; b < count; b++, block += ActivationGroup.BlockBytes(positions), quants += TileLayout.ChunksOfBlock)
        {
            for (int c = 0; c < TileLayout.ChunksOfBlock; c++)
                ((uint*)block)[c * positions + t] = quants[c];
            ((float*)(block + ActivationGroup.ScaleOffset(positions)))[t] = scales[b];
            ((int*)(block + ActivationGroup.CorrectionOffset(positions)))[t] = -TileLayout.Q4Bias * sums[b];
        }
    }
}
