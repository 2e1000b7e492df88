using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>Quantised activations of several positions: row r holds 32 * Blocks bytes and Blocks scales.</summary>
internal sealed unsafe class QuantizedBatch(int maxRows, int maxBlocks) : IDisposable
{
    private readonly NativeBuffer<sbyte> _q = new((long)maxRows * maxBlocks * BlockQuantizer.BlockSize);
    private readonly NativeBuffer<float> _scales = new((long)maxRows * maxBlocks);

    /// <summary>Blocks per row of what is held now.</summary>
    public int Blocks { get; private set; }

    public sbyte* Q(int row) => _q.Pointer + (long)row * Blocks * BlockQuantizer.BlockSize;

    public float* Scales(int row) => _scales.Pointer + (long)row * Blocks;

    /// <summary>Sets the width before rows are written.</summary>
    public void Shape(int columns)
    {
        Blocks = BlockQuantizer.BlocksOf(columns);
        if (Blocks > maxBlocks)
            throw new ArgumentOutOfRangeException(nameof(columns), columns, $"The batch was made for {maxBlocks} blocks.");
    }

    /// <summary>Quantises one vector of the shaped width into a row.</summary>
    public void Write(int row, ReadOnlySpan<float> x, IVectorKernels kernels)
    {
        if ((uint)row >= (uint)maxRows)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The batch was made for {maxRows} rows.");
        Span<int> sums = stackalloc int[Blocks];
        kernels.Quantize(x, new Span<sbyte>(Q(row), Blocks * BlockQuantizer.BlockSize), new Span<float>(Scales(row), Blocks), sums).Require();
    }

    public void Dispose()
    {
        _q.Dispose();
        _scales.Dispose();
    }
}
