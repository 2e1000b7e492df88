using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Engine;

public class EngineSelfCheckTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_ThisMachine_FindsNothing(int threads) => Assert.Empty(EngineSelfCheck.Run(threads));

    [Fact]
    public void Run_WrongKernel_IsFoundOnEveryThread()
    {
        using WorkerPool pool = new(3);
        KernelSet wrong = KernelSet.Scalar with { Matrix = new FlushingKernel() };
        IReadOnlyList<SelfCheckDifference> found = EngineSelfCheck.Run(pool, [wrong]);
        Assert.Equal([0, 1, 2], found.Select(difference => difference.Thread));
        Assert.All(found, difference => Assert.Equal("matrixVector", difference.Operator));
    }

    // Flushes a subnormal weight scale to zero, as a thread in DAZ mode would.
    private sealed unsafe class FlushingKernel : IMatrixKernel
    {
        private readonly ScalarMatrixKernel _inner = new();

        public string Name => "flushing";

        public void Multiply(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride)
        {
            byte[] copy = new Span<byte>(tile, blocks * TileLayout.BlockBytes(packing)).ToArray();
            fixed (byte* flushed = copy)
            {
                for (int b = 0; b < blocks; b++)
                {
                    ushort* row = (ushort*)(flushed + b * TileLayout.BlockBytes(packing) + TileLayout.ScaleOffset(packing));
                    for (int r = 0; r < TileLayout.Rows; r++)
                        row[r] = float.IsNormal(Fp16.ToSingle(row[r])) && (row[r] & 0x7C00) != 0 ? row[r] : (ushort)0;
                }
                _inner.Multiply(packing, flushed, blocks, group, positions, y, stride);
            }
        }
    }
}
