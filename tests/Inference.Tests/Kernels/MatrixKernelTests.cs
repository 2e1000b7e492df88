using FsCheck;
using FsCheck.Fluent;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics;
using static TeeTee.Inference.Tests.Kernels.KernelCases;

namespace TeeTee.Inference.Tests.Kernels;

public unsafe class MatrixKernelTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 16, 32, 4 }, { 15, 33, 5 }, { 17, 31, 3 }, { 64, 256, 7 }, { 100, 172, 17 }, { 129, 512, 35 }, { 48, 2048, 2 }, { 33, 704, 9 },
        { 40, 100, 6 }, { 72, 200, 8 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_EveryKernelPackingAndThreadCount_EqualsTheDefinition(int rows, int columns, int positions)
    {
        int blocks = BlockQuantizer.BlocksOf(columns);
        float[][] inputs = [.. Enumerable.Range(0, positions).Select(t => Input(columns, t))];
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            byte[] weights = Weights(packing, rows * blocks);
            uint[] expected = Reference(weights, rows, blocks, inputs);
            foreach (IMatrixKernel kernel in AllKernels)
            {
                foreach (int threads in (int[])[1, 3])
                    Assert.Equal(expected, Bits(Product(kernel, threads, weights, rows, blocks, inputs)));
            }
        }
    }

    // Each kernel alone, on memory of exactly the promised sizes: a read past either end ends the process.
    [LinuxFact]
    public void Multiply_EveryWidthBetweenGuardPages_EqualsTheDefinition()
    {
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            foreach (int blocks in (int[])[1, 2, 3, 7, 22])
            {
                byte[] weights = Weights(packing, TileLayout.Rows * blocks);
                using GuardedMemory tile = new(blocks * TileLayout.BlockBytes(packing));
                fixed (byte* rows = weights)
                    TilePacker.Pack(packing, rows, TileLayout.Rows, blocks, tile.Pointer);
                for (int positions = 1; positions <= ActivationGroup.MaxPositions; positions++)
                    CheckGuarded(packing, tile, weights, blocks, positions);
            }
        }
    }

    [Fact]
    public void Run_AnyShapeAndValues_EqualsTheDefinition() => Prop.ForAll<int>(seed =>
    {
        Random random = new(seed);
        (int rows, int columns, int positions) = (random.Next(1, 70), random.Next(1, 300), random.Next(1, 18));
        int blocks = BlockQuantizer.BlocksOf(columns);
        byte[] weights = Weights((WeightPacking)random.Next(1, 3), rows * blocks);
        random.Shuffle(weights.AsSpan(2, 32));
        float[][] inputs = [.. Enumerable.Range(0, positions).Select(_ => Wild(random, columns))];
        uint[] expected = Reference(weights, rows, blocks, inputs);
        return AllKernels.All(kernel => expected.SequenceEqual(Bits(Product(kernel, 2, weights, rows, blocks, inputs))));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Theory]
    [InlineData(-128, -127f, 2 * 520_192f)]
    [InlineData(-128, 127f, -2 * 520_192f)]
    [InlineData(127, 127f, 2 * 516_128f)]
    [InlineData(-8, -127f, 2 * 32_512f)]
    [InlineData(7, -127f, -2 * 28_448f)]
    public void Run_LargestQuantsEverywhere_IsExact(int quant, float activation, float expected)
    {
        byte[] weights = [.. Enumerable.Range(0, 16 * 2).SelectMany(_ => Block(0x3C00, (sbyte)quant))];
        float[][] inputs = [.. Enumerable.Range(0, 9).Select(_ => Enumerable.Repeat(activation, 64).ToArray())];
        foreach (IMatrixKernel kernel in AllKernels)
            Assert.All(Product(kernel, 1, weights, 16, 2, inputs), actual => Assert.Equal(expected, actual));
    }

    [Theory]
    [InlineData(0x0000)]
    [InlineData(0x8000)]
    [InlineData(0x0001)]
    [InlineData(0x83FF)]
    [InlineData(0x0400)]
    [InlineData(0x7BFF)]
    [InlineData(0xFBFF)]
    public void Run_ExtremeWeightScale_EqualsTheDefinition(int scale)
    {
        foreach (sbyte quant in (sbyte[])[-128, 5])
        {
            byte[] weights = [.. Enumerable.Range(0, 20 * 3).SelectMany(_ => Block((ushort)scale, quant))];
            float[][] inputs = [Input(96, 0), Wild(new Random(scale), 96), Input(96, 2)];
            uint[] expected = Reference(weights, 20, 3, inputs);
            foreach (IMatrixKernel kernel in AllKernels)
                Assert.Equal(expected, Bits(Product(kernel, 2, weights, 20, 3, inputs)));
        }
    }

    // Callers look for it; the other position's result stays what it is.
    [Fact]
    public void Run_OverflowingProduct_IsInfiniteInItsPositionOnly()
    {
        float[][] inputs = [[.. Enumerable.Repeat(3e38f, 32)], [.. Enumerable.Repeat(1f, 32)]];
        foreach (IMatrixKernel kernel in AllKernels)
        {
            float[] y = Product(kernel, 1, Block(0x7BFF, 127), 1, 1, inputs);
            Assert.Equal(float.PositiveInfinity, y[0]);
            Assert.True(float.IsFinite(y[1]));
        }
    }

    // The real product of dequantised weights with the activations before quantisation, in binary64. Each activation moves by at most
    // half a step of its block, d/2; beyond that come one rounding per scale and one per block, each at most 2^-24 of the terms so far.
    [Fact]
    public void Run_AgainstDoublePrecision_StaysWithinTheBound()
    {
        const int Rows = 24, Columns = 1024;
        int blocks = Columns / 32;
        SeededNoise noise = new(7, "oracle");
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            byte[] weights = Weights(packing, Rows * blocks);
            float[][] inputs = [noise.Fill(Columns, 3f), noise.Fill(Columns, 1e-3f)];
            float[] y = Product(AllKernels[0], 2, weights, Rows, blocks, inputs);
            for (int i = 0; i < y.Length; i++)
                CheckOracle(weights, i % Rows, blocks, inputs[i / Rows], y[i]);
        }
    }

    [Fact]
    public void Run_JointProduct_EqualsSeparateOnes()
    {
        (int Rows, WeightPacking Packing)[] parts = [(70, WeightPacking.Q8), (3, WeightPacking.Q4), (64, WeightPacking.Q8), (16, WeightPacking.Q4), (33, WeightPacking.Q8)];
        float[][] inputs = [.. Enumerable.Range(0, 10).Select(t => Input(160, t))];
        using WorkerPool pool = new(3);
        using QuantizedBatch batch = Batch(inputs);
        MatrixProduct[] products = [.. parts.Select(part =>
            new MatrixProduct(new PackedMatrix(Weights(part.Packing, part.Rows * 5), part.Rows, 5), new NativeBuffer<float>(part.Rows * 10)))];
        MatrixProduct.Run(pool, AllKernels[0], batch, 10, products);
        for (int i = 0; i < parts.Length; i++)
        {
            uint[] expected = Reference(Weights(parts[i].Packing, parts[i].Rows * 5), parts[i].Rows, 5, inputs);
            Assert.Equal(expected, Bits(products[i].Output.Slice(0, parts[i].Rows * 10).ToArray()));
            products[i].Matrix.Dispose();
            products[i].Output.Dispose();
        }
    }

    // The thread that multiplies tile 0 is held until all others are done: its whole segment has to be taken over.
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 20)]
    public void Run_OneThreadHeldUp_OthersDoItsTiles(int threads, int positions)
    {
        const int Rows = 40 * TileLayout.Rows;
        float[][] inputs = [.. Enumerable.Range(0, positions).Select(t => Input(32, t))];
        byte[] weights = Weights(WeightPacking.Q8, Rows);
        using WorkerPool pool = new(threads);
        using PackedMatrix matrix = new(weights, Rows, 1);
        using QuantizedBatch batch = Batch(inputs);
        using NativeBuffer<float> output = new((long)Rows * positions);
        // A run of tiles may be in the held thread's hands, times the groups.
        HoldingKernel kernel = new(matrix.Tile(0), others: (40 - 4) * batch.Groups);
        MatrixProduct.Run(pool, kernel, batch, positions, new MatrixProduct(matrix, output));
        Assert.True(kernel.Released);
        Assert.Equal(40 * batch.Groups, kernel.Calls);
        Assert.Equal(Reference(weights, Rows, 1, inputs), Bits(output.Slice(0, Rows * positions).ToArray()));
    }

    [Fact]
    public void Run_SteadyState_AllocatesNothing()
    {
        float[][] inputs = [.. Enumerable.Range(0, 3).Select(t => Input(96, t))];
        using WorkerPool pool = new(2);
        using QuantizedBatch batch = Batch(inputs);
        using PackedMatrix matrix = new(Weights(WeightPacking.Q8, 90 * 3), 90, 3);
        using NativeBuffer<float> output = new(270);
        MatrixProduct[] products = [new(matrix, output), new(matrix, output)];
        long before = 0;
        for (int round = 0; round < 100; round++)
        {
            if (round == 1)
                before = GC.GetAllocatedBytesForCurrentThread();
            for (int t = 0; t < 3; t++)
                batch.Write(t, inputs[t], KernelSet.Scalar.Vectors).Require();
            MatrixProduct.Run(pool, AllKernels[0], batch, 3, products);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Run_WhatDoesNotFit_Throws()
    {
        using WorkerPool pool = new(1);
        using QuantizedBatch batch = Batch([Input(64, 0), Input(64, 1)]);
        using PackedMatrix matrix = new(Weights(WeightPacking.Q8, 32), 16, 2), wide = new(Weights(WeightPacking.Q8, 48), 16, 3);
        using NativeBuffer<float> output = new(32), small = new(31);
        Assert.Throws<ArgumentException>(() => MatrixProduct.Run(pool, AllKernels[0], batch, 2, new MatrixProduct(wide, output)));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Run(pool, AllKernels[0], batch, 2, new MatrixProduct(matrix, small)));
        Assert.Throws<ArgumentOutOfRangeException>(() => MatrixProduct.Run(pool, AllKernels[0], batch, 1, new MatrixProduct(matrix, output)));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Shape(65, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Shape(64, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Write(2, Input(64, 0), KernelSet.Scalar.Vectors));
        Assert.Throws<ArgumentException>(() => batch.Write(0, Input(32, 0), KernelSet.Scalar.Vectors));
    }

    [Fact]
    public void Write_NonFiniteFarInTheRow_NamesItsIndex()
    {
        float[] x = Input(5000, 0);
        x[4321] = float.NaN;
        using QuantizedBatch batch = new(1, BlockQuantizer.BlocksOf(x.Length));
        batch.Shape(x.Length, 1);
        Assert.Equal(new NonFinite("quantize", 4321), batch.Write(0, x, KernelSet.Scalar.Vectors));
    }

    private static void CheckGuarded(WeightPacking packing, GuardedMemory tile, byte[] weights, int blocks, int positions)
    {
        float[][] inputs = [.. Enumerable.Range(0, positions).Select(t => Input(blocks * 32, t + positions))];
        using QuantizedBatch batch = Batch(inputs);
        int bytes = blocks * ActivationGroup.BlockBytes(positions);
        using GuardedMemory group = new(bytes);
        new ReadOnlySpan<byte>(batch.Group(0), bytes).CopyTo(new Span<byte>(group.Pointer, bytes));
        using GuardedMemory output = new(positions * TileLayout.Rows * sizeof(float));
        uint[] expected = Reference(weights, TileLayout.Rows, blocks, inputs);
        foreach (IMatrixKernel kernel in AllKernels)
        {
            kernel.Multiply(packing, tile.Pointer, blocks, group.Pointer, positions, (float*)output.Pointer, TileLayout.Rows);
            Assert.Equal(expected, new ReadOnlySpan<uint>(output.Pointer, expected.Length).ToArray());
        }
    }

    private static void CheckOracle(byte[] weights, int row, int blocks, float[] input, float actual)
    {
        (double exact, double moved, double terms) = (0, 0, 0);
        float[] w = new float[blocks * 32];
        Embedding.Dequantize(Row(weights, row, blocks), w);
        for (int b = 0; b < blocks; b++)
        {
            double step = input.Skip(b * 32).Take(32).Max(Math.Abs) / 127.0;
            for (int i = b * 32; i < b * 32 + 32; i++)
            {
                exact += (double)w[i] * input[i];
                moved += Math.Abs((double)w[i]) * step / 2;
                terms += Math.Abs((double)w[i]) * (Math.Abs((double)input[i]) + step / 2);
            }
        }
        double bound = moved * (1 + 1e-5) + (blocks + 1) * Math.ScaleB(1, -24) * terms;
        Assert.InRange(actual - exact, -bound, bound);
    }

    private static float[] Wild(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => MathF.ScaleB(random.NextSingle() - 0.5f, random.Next(-130, 60)))];

    private sealed class HoldingKernel(byte* held, int others) : IMatrixKernel
    {
        private readonly IMatrixKernel _inner = AllKernels[0];
        private int _calls;

        public string Name => "holding";

        public int Calls => _calls;

        public bool Released { get; private set; }

        public void Multiply(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride)
        {
            if (tile == held && !Released)
                Released = SpinWait.SpinUntil(() => Volatile.Read(ref _calls) >= others, TimeSpan.FromSeconds(30));
            _inner.Multiply(packing, tile, blocks, group, positions, y, stride);
            Interlocked.Increment(ref _calls);
        }
    }
}
