using FsCheck;
using FsCheck.Fluent;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Kernels;

public class MatrixKernelTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 16, 32, 4 }, { 15, 33, 5 }, { 17, 31, 3 }, { 64, 256, 7 }, { 100, 172, 17 }, { 129, 512, 35 }, { 48, 2048, 2 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_EveryKernelAndThreadCount_EqualsRowDot(int rows, int columns, int positions)
    {
        int blocks = BlockQuantizer.BlocksOf(columns);
        byte[] weights = SelfCheckInputs.Weights(rows * blocks);
        float[][] inputs = [.. Enumerable.Range(0, positions).Select(t => Input(columns, t))];
        uint[] expected = Reference(weights, rows, blocks, inputs);
        foreach (IMatrixKernel kernel in Kernels())
        {
            foreach (int threads in (int[])[1, 2, 3])
                Assert.Equal(expected, Product(kernel, threads, weights, rows, blocks, inputs));
        }
    }

    [Fact]
    public void Run_AnyShapeAndValues_EqualsRowDot() => Prop.ForAll<int>(seed =>
    {
        Random random = new(seed);
        (int rows, int columns, int positions) = (random.Next(1, 70), random.Next(1, 300), random.Next(1, 12));
        int blocks = BlockQuantizer.BlocksOf(columns);
        byte[] weights = SelfCheckInputs.Weights(rows * blocks);
        random.Shuffle(weights.AsSpan(2, 32));
        float[][] inputs = [.. Enumerable.Range(0, positions).Select(_ => Random(random, columns))];
        uint[] expected = Reference(weights, rows, blocks, inputs);
        return Kernels().All(kernel => expected.SequenceEqual(Product(kernel, 2, weights, rows, blocks, inputs)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Run_WeightsOfMinus128_AreExact()
    {
        byte[] weights = [.. Enumerable.Range(0, 16 * 2).SelectMany(_ => (byte[])[0, 0x3C, .. Enumerable.Repeat((byte)0x80, 32)])];
        float[] input = [.. Enumerable.Repeat(-127f, 64)];
        foreach (IMatrixKernel kernel in Kernels())
        {
            float expected = 2 * 520_192;
            Assert.All(Product(kernel, 1, weights, 16, 2, [input]), bits => Assert.Equal(BitConverter.SingleToUInt32Bits(expected), bits));
        }
    }

    [Fact]
    public void PackedMatrix_EveryRow_DequantizesAsTheFile()
    {
        const int Rows = 37, Columns = 72;
        int blocks = BlockQuantizer.BlocksOf(Columns);
        byte[] weights = SelfCheckInputs.Weights(Rows * blocks);
        using PackedMatrix matrix = new(weights, Rows, blocks);
        float[] actual = new float[Columns], expected = new float[Columns];
        for (int row = 0; row < Rows; row++)
        {
            matrix.DequantizeRow(row, actual);
            Embedding.Dequantize(weights.AsSpan(row * blocks * 34, blocks * 34), expected);
            Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), actual.Select(BitConverter.SingleToUInt32Bits));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.DequantizeRow(Rows, actual));
    }

    [Fact]
    public void PackedMatrix_WrongLength_Throws() => Assert.Throws<ArgumentException>(() => new PackedMatrix(new byte[33], 1, 1));

    private static IEnumerable<IMatrixKernel> Kernels()
    {
        yield return new ScalarMatrixKernel();
        if (Avx2MatrixKernel.IsSupported)
            yield return new Avx2MatrixKernel();
    }

    private static float[] Random(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => MathF.ScaleB(random.NextSingle() - 0.5f, random.Next(-130, 60)))];

    // Every third position has a block of zeros, every fourth one of tiny values.
    private static float[] Input(int columns, int t)
    {
        float[] x = t % 2 == 0 ? SelfCheckInputs.Even(columns, 100 + (uint)t) : SelfCheckInputs.Wide(columns, 100 + (uint)t);
        for (int i = 0; i < Math.Min(32, columns) && (t % 3 == 2 || t % 4 == 3); i++)
            x[i] *= t % 3 == 2 ? 0f : 1e-38f;
        return x;
    }

    private static uint[] Reference(byte[] weights, int rows, int blocks, float[][] inputs)
    {
        List<uint> results = [];
        foreach (float[] input in inputs)
        {
            sbyte[] q = new sbyte[blocks * 32];
            float[] scales = new float[blocks];
            BlockQuantizer.Quantize(input, q, scales);
            for (int row = 0; row < rows; row++)
                results.Add(BitConverter.SingleToUInt32Bits(MatrixVector.RowDot(weights.AsSpan(row * blocks * 34, blocks * 34), q, scales)));
        }
        return [.. results];
    }

    private static uint[] Product(IMatrixKernel kernel, int threads, byte[] weights, int rows, int blocks, float[][] inputs)
    {
        using WorkerPool pool = new(threads);
        using PackedMatrix matrix = new(weights, rows, blocks);
        using QuantizedBatch batch = new(inputs.Length, blocks);
        using NativeBuffer<float> output = new((long)inputs.Length * rows);
        batch.Shape(inputs[0].Length, inputs.Length);
        for (int t = 0; t < inputs.Length; t++)
            batch.Write(t, inputs[t], new ScalarVectorKernels());
        MatrixProduct.Run(pool, kernel, batch, inputs.Length, new MatrixProduct(matrix, output));
        return [.. output.Slice(0, inputs.Length * rows).ToArray().Select(BitConverter.SingleToUInt32Bits)];
    }
}
