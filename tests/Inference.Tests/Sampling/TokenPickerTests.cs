using TeeTee.Inference.Sampling;
using TeeTee.Numerics;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Sampling;

public class TokenPickerTests
{
    private static readonly Bytes32 s_seed = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    // Made by a C program of its own from rulings 22 to 25; they pin seed layout, position and word order.
    [Fact]
    public void Pick_SeededVectors_AreReproducible()
    {
        float[] logits = [.. Enumerable.Range(0, 50).Select(i => i % 7 * 0.5f)];
        SamplingParameters sampling = SamplingParameters.AtTemperature(1.0, s_seed);
        int[] picks = [.. Enumerable.Range(0, 12).Select(position => (int)TokenPicker.Pick(logits, sampling, (uint)position))];
        Assert.Equal([13, 27, 3, 38, 25, 27, 48, 2, 48, 13, 20, 33], picks);
    }

    [Theory]
    [InlineData(0x3BFF_FFFFu)]
    [InlineData(0x4480_0001u)]
    [InlineData(0x7FC0_0000u)]
    [InlineData(0xBF80_0000u)]
    public void Pick_InverseTemperatureOutOfRange_Throws(uint bits) =>
        Assert.Throws<ArgumentException>(() => TokenPicker.Pick([1f], new SamplingParameters(false, bits, s_seed), 0));

    [Theory]
    [InlineData(0x3C00_0000u)]
    [InlineData(0x4480_0000u)]
    public void IsValid_RangeEnds_AreIncluded(uint bits) => Assert.True(new SamplingParameters(false, bits, s_seed).IsValid);

    [Fact]
    public void Pick_Greedy_IgnoresTheRest() =>
        Assert.Equal(1u, TokenPicker.Pick([0f, 2f, 1f], new SamplingParameters(true, 0, s_seed), 5));

    [Fact]
    public void Pick_NonFiniteLogit_Throws() =>
        Assert.Throws<NonFiniteException>(() => TokenPicker.Pick([0f, float.NaN], SamplingParameters.MostLikely, 0));
}
