namespace TeeTee.Numerics.Tests;

public class VectorOperatorTests
{
    // 2^24 absorbs a single 1, so the result shows in which order the lanes are added.
    [Fact]
    public void Sum_LanesAndFold_FollowRuling7()
    {
        float[] x = new float[17];
        (x[0], x[8], x[4], x[16]) = (16_777_216f, 1f, 1f, 1f);
        // Lane 0 absorbs x[16], then x[8]; lane 4 comes two steps later and is absorbed too.
        Assert.Equal(16_777_216f, LaneSum.Sum(x));
        (x[0], x[4], x[12], x[8]) = (16_777_216f, 1f, 1f, 0f);
        // Lanes 4 and 12 meet first and survive together.
        Assert.Equal(16_777_218f, LaneSum.Sum(x));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(100)]
    public void Dot_AnyLength_IsCloseToDouble(int length)
    {
        Random random = new(length);
        float[] a = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
        float[] b = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
        double exact = a.Zip(b).Sum(pair => (double)pair.First * pair.Second);
        Assert.InRange(LaneSum.Dot(a, b), exact - 1e-5, exact + 1e-5);
    }

    [Fact]
    public void RmsNorm_InfiniteSum_IsNonFinite()
    {
        float[] x = [.. Enumerable.Repeat(1e38f, 32)];
        Assert.Equal("rmsNorm.sum", Assert.Throws<NonFiniteException>(() => RmsNorm.Apply(x, new float[32], 1e-5f, new float[32])).Operator);
    }

    [Fact]
    public void RmsNorm_ZeroVectorWithoutEpsilon_IsNonFinite() =>
        Assert.Throws<NonFiniteException>(() => RmsNorm.Apply(new float[4], new float[4], 0f, new float[4]));

    [Fact]
    public void RmsNorm_Constant_IsWeight()
    {
        float[] y = new float[16];
        RmsNorm.Apply([.. Enumerable.Repeat(2f, 16)], [.. Enumerable.Range(0, 16).Select(i => (float)i)], 0f, y);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (float)i), y);
    }

    [Theory]
    [InlineData(0f, 0x0000_0000u)]
    [InlineData(-0f, 0x8000_0000u)]
    [InlineData(-89f, 0x8000_0000u)]
    [InlineData(100f, 0x42C8_0000u)]
    public void Silu_Edge_GivesBits(float x, uint expected) => Assert.Equal(expected, BitConverter.SingleToUInt32Bits(SiluGate.Silu(x)));

    [Fact]
    public void Silu_Range_IsCloseToDouble()
    {
        for (float x = -80f; x < 80f; x += 0.0137f)
        {
            double exact = x / (1 + Math.Exp(-(double)x));
            Assert.InRange(SiluGate.Silu(x), exact - Math.Abs(exact) * 4e-7, exact + Math.Abs(exact) * 4e-7);
        }
    }

    [Fact]
    public void Rope_BothPairings_RotateTheirPairs()
    {
        float[] norm = [1, 2, 3, 4, 5];
        Rope.Apply(norm, [0f, 1f], [1f, 0f], halfSplit: false);
        Assert.Equal([-2, 1, 3, 4, 5], norm);
        float[] neox = [1, 2, 3, 4, 5];
        Rope.Apply(neox, [0f, 1f], [1f, 0f], halfSplit: true);
        Assert.Equal([-3, 2, 1, 4, 5], neox);
    }

    // (1 + 2^-12)^2 needs 25 bits: only a product rounded first, then fused, leaves this difference.
    [Fact]
    public void Rotate_InnerProduct_IsRoundedFirst()
    {
        float x = 1f + 1f / 4096;
        (float y0, float y1) = Rope.Rotate(x, x, x, x);
        Assert.Equal(1f / 16_777_216f, y0);
        Assert.Equal(MathF.FusedMultiplyAdd(x, x, x * x), y1);
    }

    [Fact]
    public void Residual_Overflow_NamesIndex() =>
        Assert.Equal(1, Assert.Throws<NonFiniteException>(() => Residual.Add([1f, 3e38f], [1f, 3e38f])).Index);

    [Fact]
    public void Dequantize_Row_IsScaleTimesByte()
    {
        byte[] row = new byte[68];
        (row[0], row[1], row[2], row[3]) = (0x01, 0x80, 0x80, 5);
        (row[34], row[35], row[36]) = (0x00, 0x3C, 0xFF);
        float[] hidden = new float[33];
        Embedding.Dequantize(row, hidden);
        Assert.Equal([128 * MathF.ScaleB(1, -24), -5 * MathF.ScaleB(1, -24), -1f], [hidden[0], hidden[1], hidden[32]]);
    }
}
