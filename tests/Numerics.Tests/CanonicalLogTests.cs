namespace TeeTee.Numerics.Tests;

public class CanonicalLogTests
{
    [Fact]
    public void FromUniform_AllUniforms_HashToGolden()
    {
        ulong hash = Fnv1a.SweepStart;
        for (uint numerator = 1; numerator < 1u << 24; numerator += 2)
            hash = Fnv1a.Add(hash, BitConverter.SingleToUInt32Bits(GumbelNoise.FromUniform(numerator * (1f / 16_777_216f))));
        Assert.Equal(0x7A61_AFD4_3249_9184ul, hash);
    }

    [Theory]
    [InlineData(1u, 0xC033_F049u)]
    [InlineData((1u << 22) + 1, 0xBEA7_3C95u)]
    [InlineData((1u << 24) - 1, 0x4185_1592u)]
    public void FromUniform_GoldenNumerator_GivesGoldenBits(uint numerator, uint expected) =>
        Assert.Equal(expected, BitConverter.SingleToUInt32Bits(GumbelNoise.FromUniform(numerator * (1f / 16_777_216f))));

    [Theory]
    [InlineData(0u, 1u)]
    [InlineData(0xFFFF_FFFFu, (1u << 24) - 1)]
    [InlineData(0x0000_01FFu, 1u)]
    [InlineData(0x0000_0200u, 3u)]
    public void Uniform_Word_IsExactOddMultiple(uint word, uint numerator) =>
        Assert.Equal(numerator / 16_777_216.0, GumbelNoise.Uniform(word));

    [Fact]
    public void Ln_StridedUniforms_StaysWithinOneUlpOfDouble()
    {
        for (uint numerator = 1; numerator < 1u << 24; numerator += 998)
        {
            float u = numerator * (1f / 16_777_216f);
            float y = CanonicalLog.Ln(u);
            double ulp = Math.Abs(MathF.BitIncrement(y) - y);
            Assert.True(Math.Abs(y - Math.Log(u)) <= 0.9 * ulp, $"{numerator}");
        }
    }
}
