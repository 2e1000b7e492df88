using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Kernels;

/// <summary>Attention over pages, every implementation against Attention.Head on the same rows, bits and failures.</summary>
public class AttentionKernelTests
{
    private readonly SeededNoise _noise = new(5, nameof(AttentionKernelTests));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(128)]
    public void Attend_AnyShape_EqualsDefinition(int dimension)
    {
        foreach ((int first, int count, int heads) in ((int, int, int)[])
            [(0, 1, 1), (0, 1, 8), (0, 33, 1), (3, 5, 3), (30, 7, 2), (31, 1, 7), (32, 1, 4), (63, 2, 8), (95, 20, 4), (150, 3, 1)])
            EqualsDefinition(new PagedCase(_noise, dimension, first, count, heads));
    }

    [Fact]
    public void Attend_EveryPositionCount_EqualsDefinition()
    {
        for (int first = 0; first < 100; first++)
            EqualsDefinition(new PagedCase(_noise, 16, first, 1, 2));
        EqualsDefinition(new PagedCase(_noise, 16, 0, 140, 1));
    }

    [Fact]
    public void Attend_MoreRowsThanAtATime_EqualsDefinition()
    {
        int positions = 6000;
        Assert.True(AttentionBlock.RowsAtATime(positions) < 48);
        EqualsDefinition(new PagedCase(_noise, 8, positions - 6, 6, 8));
        EqualsDefinition(new PagedCase(_noise, 8, 200, 40, 4));
    }

    [Fact]
    public void Attend_DistantAndEqualScores_EqualDefinition()
    {
        foreach (float size in (float[])[0f, 1e-30f, 40f, 3e4f])
        {
            PagedCase distant = new(_noise, 20, 60, 9, 3);
            for (int i = 0; i < distant.Query.Length; i++)
                distant.Query[i] = i % 3 == 0 ? -size : size;
            EqualsDefinition(distant);
        }
    }

    [Fact]
    public void Attend_UnderflowingProducts_KeepTheSignOfZero()
    {
        // Four positions share the weight and have value 0; at the others a weight near 2^-127 times a subnormal value rounds to a zero of
        // the value's sign, so that one position too many, even at weight 0, makes +0 of -0.
        PagedCase tiny = new(_noise, 16, 0, 40, 1) { Scale = 1f };
        tiny.Query.AsSpan().Fill(1f);
        for (int j = 0; j < 40; j++)
        {
            for (int i = 0; i < 16; i++)
                tiny.SetKey(j, i, Half(j < 4 ? 5f : -0.41f));
            for (int i = 0; i < 16; i++)
                tiny.SetValue(j, i, j < 4 ? (ushort)0 : (ushort)((i + j) % 2 == 0 ? 0x8001 : 0x0001));
        }
        List<int> bits = EqualsDefinition(tiny);
        Assert.Contains(int.MinValue, bits);
    }

    [Fact]
    public void Attend_ScoreBeyondRange_NamesTheLowestRowAndPosition()
    {
        foreach ((int first, int count, int heads) in ((int, int, int)[])[(0, 3, 2), (40, 9, 3), (10, 50, 4)])
        {
            for (int round = 0; round < 6; round++)
            {
                PagedCase failing = new(_noise, 24, first, count, heads);
                for (int i = 0; i <= round % 3; i++)
                    failing.SetQuery(_noise.Next(count), _noise.Next(heads), _noise.Next(24), (round % 2) switch { 0 => 3.4e38f, _ => float.NaN });
                EqualsDefinition(failing);
            }
        }
    }

    [Fact]
    public void Attend_DoublePrecision_IsNearerThanItsBound()
    {
        PagedCase one = new(_noise, 64, 300, 4, 4);
        foreach (IVectorKernels kernels in KernelCatalog.Vectors.Runnable())
        {
            float[] output = one.Run(kernels, out _, out _);
            for (int row = 0; row < 16; row++)
            {
                (double[] exact, double bound) = one.Oracle(row);
                for (int i = 0; i < 64; i++)
                    Assert.InRange(output[one.OutputOf(row) + i], exact[i] - bound, exact[i] + bound);
            }
        }
    }

    [Fact]
    public void Attend_MemoryThatDoesNotFit_Throws()
    {
        foreach (IVectorKernels kernels in KernelCatalog.Vectors.Runnable())
        {
            PagedCase one = new(_noise, 8, 40, 3, 2);
            Assert.Throws<ArgumentException>(() => one.Run(kernels, out _, out _, scratch: -1));
            Assert.Throws<ArgumentException>(() => one.Run(kernels, out _, out _, pages: -1));
            Assert.Throws<ArgumentException>(() => one.Run(kernels, out _, out _, query: -1));
            Assert.Throws<ArgumentException>(() => one.Run(kernels, out _, out _, output: -1));
        }
    }

    [Fact]
    public void ScratchLength_MorePositions_IsNeverLess()
    {
        int before = 0;
        for (int positions = 1; positions < 140_000; positions += 31)
        {
            int now = AttentionBlock.ScratchLength(positions, 64);
            Assert.True(now >= before, $"{positions} positions");
            before = now;
        }
    }

    private static ushort Half(float value) => Fp16.FromSingle(value);

    private static List<int> EqualsDefinition(PagedCase one)
    {
        float[] expected = one.Run(new ScalarVectorKernels(), out NonFinite failure, out int row);
        if (failure.IsNone)
            one.CheckDefinition(expected);
        foreach (IVectorKernels kernels in KernelCatalog.Vectors.Runnable())
        {
            float[] actual = one.Run(kernels, out NonFinite found, out int foundRow);
            Assert.True((failure, row) == (found, foundRow), $"{kernels.Name}, {one}: {found} in row {foundRow}, expected {failure} in row {row}.");
            for (int i = 0; failure.IsNone && i < expected.Length; i++)
            {
                if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                    Assert.Fail($"{kernels.Name}, {one}: element {i} is {actual[i]:R}, expected {expected[i]:R}.");
            }
        }
        return [.. expected.Select(BitConverter.SingleToInt32Bits)];
    }
}
