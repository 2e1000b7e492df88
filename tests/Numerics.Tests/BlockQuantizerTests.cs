namespace TeeTee.Numerics.Tests;

public class BlockQuantizerTests
{
    [Fact]
    public void Quantize_TinyBlock_IsZeroWithPositiveZeroScale()
    {
        (sbyte[] q, float[] scales) = Run([MathF.BitDecrement(BitConverter.UInt32BitsToSingle(BlockQuantizer.TinyBits)), -1e-35f]);
        Assert.All(q, value => Assert.Equal(0, value));
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(scales[0]));
    }

    [Fact]
    public void Quantize_SmallestKeptMagnitude_IsNormal()
    {
        float a = BitConverter.UInt32BitsToSingle(BlockQuantizer.TinyBits);
        (sbyte[] q, float[] scales) = Run([a, -a]);
        Assert.Equal((127, -127), (q[0], q[1]));
        Assert.True(float.IsNormal(scales[0]));
    }

    // With a largest magnitude of 127 the inverse is exactly 1, so ties are ties.
    [Fact]
    public void Quantize_Ties_GoToEven()
    {
        (sbyte[] q, float[] scales) = Run([127f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 126.5f]);
        Assert.Equal([127, 0, 2, 2, 0, -2, -2, 126], q[..8]);
        Assert.Equal(1f, scales[0]);
    }

    [Fact]
    public void Quantize_ShortLastBlock_IsPaddedWithZeros()
    {
        (sbyte[] q, float[] scales) = Run([.. Enumerable.Repeat(1f, 33)]);
        Assert.Equal((64, 2), (q.Length, scales.Length));
        Assert.Equal(127, q[32]);
        Assert.All(q[33..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Quantize_AllZeros_IsZero() => Assert.All(Run(new float[32]).Q, value => Assert.Equal(0, value));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Quantize_NonFinite_NamesIndex(float bad)
    {
        float[] x = new float[70];
        x[65] = bad;
        Assert.Equal(65, Assert.Throws<NonFiniteException>(() => Run(x)).Index);
    }

    [Fact]
    public void Quantize_RandomBlocks_ErrorIsAtMostHalfStep()
    {
        Random random = new(5);
        for (int round = 0; round < 2000; round++)
        {
            float[] x = [.. Enumerable.Range(0, 32).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-90, 90))))];
            (sbyte[] q, float[] scales) = Run(x);
            for (int i = 0; i < 32; i++)
                Assert.True(Math.Abs(x[i] - (double)q[i] * scales[0]) <= 0.50002 * scales[0]);
        }
    }

    [Fact]
    public void Quantize_WrongLengths_Throws()
    {
        Assert.Throws<ArgumentException>(() => BlockQuantizer.Quantize(new float[33], new sbyte[33], new float[2]));
        Assert.Throws<ArgumentException>(() => BlockQuantizer.Quantize(new float[33], new sbyte[64], new float[1]));
    }

    private static (sbyte[] Q, float[] Scales) Run(float[] x)
    {
        sbyte[] q = new sbyte[BlockQuantizer.PaddedLength(x.Length)];
        float[] scales = new float[BlockQuantizer.BlocksOf(x.Length)];
        BlockQuantizer.Quantize(x, q, scales);
        return (q, scales);
    }
}
