namespace TeeTee.Numerics.Tests;

public class TokenPickTests
{
    [Theory]
    [InlineData(new[] { -0f, 0f }, 0u)]
    [InlineData(new[] { 1f, 2f, 2f }, 1u)]
    [InlineData(new[] { -3f, -2f, -9f }, 1u)]
    public void Greedy_Ties_TakeLowestId(float[] logits, uint expected) => Assert.Equal(expected, TokenPick.Greedy(logits));

    [Fact]
    public void Greedy_NonFiniteLogit_NamesIndex() =>
        Assert.Equal(2, Assert.Throws<NonFiniteException>(() => TokenPick.Greedy([1f, 2f, float.NaN])).Index);

    [Fact]
    public void Sample_ManyPositions_FollowsSoftmax()
    {
        float[] logits = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.15f), MathF.Log(0.05f)];
        int[] counts = new int[4];
        const int Picks = 40_000;
        for (uint position = 0; position < Picks; position++)
            counts[TokenPick.Sample(logits, 1f, new GumbelNoise(new byte[32], position))]++;
        double[] expected = [0.5, 0.3, 0.15, 0.05];
        for (int i = 0; i < 4; i++)
            Assert.InRange(counts[i] / (double)Picks, expected[i] - 0.01, expected[i] + 0.01);
    }

    [Fact]
    public void Sample_LowTemperature_IsGreedy()
    {
        for (uint position = 0; position < 100; position++)
            Assert.Equal(1u, TokenPick.Sample([0f, 1f, 0.5f], 1024f, new GumbelNoise(new byte[32], position)));
    }

    [Fact]
    public void Sample_OverflowingScore_IsNonFinite() =>
        Assert.Throws<NonFiniteException>(() => TokenPick.Sample([0f, 3e38f], 1024f, new GumbelNoise(new byte[32], 0)));
}
