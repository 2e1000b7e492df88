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
        Assert.Equal([0, 0, 1, 1, 2, 2], found.Select(difference => difference.Thread));
        Assert.All(found, difference => Assert.StartsWith("matrixQ", difference.Operator, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Q8", 1)]
    [InlineData("Q8", 7)]
    [InlineData("Q4", 3)]
    [InlineData("Q4", 8)]
    public void Run_OneProgramOfAKernelIsWrong_NamesItsOperator(string packing, int positions)
    {
        using WorkerPool pool = new(1);
        foreach (IMatrixKernel kernel in KernelCatalog.Matrix.Runnable())
        {
            KernelSet wrong = KernelSet.Best with { Matrix = new SlippingKernel(kernel, Enum.Parse<WeightPacking>(packing), positions) };
            Assert.Equal([$"matrix{packing}"], EngineSelfCheck.Run(pool, [wrong]).Select(difference => difference.Operator));
        }
    }

    // The last bit of one result is wrong, for one packing and one width of a group.
    private sealed unsafe class SlippingKernel(IMatrixKernel inner, WeightPacking wrongPacking, int wrongPositions) : IMatrixKernel
    {
        public string Name => "slipping";

        public void Multiply(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride)
        {
            inner.Multiply(packing, tile, blocks, group, positions, y, stride);
            if (packing == wrongPacking && positions == wrongPositions)
                y[(positions - 1) * stride + 3] = MathF.BitIncrement(y[(positions - 1) * stride + 3]);
        }
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
