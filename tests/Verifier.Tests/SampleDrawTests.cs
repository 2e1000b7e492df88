using TeeTee.Primitives;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Tests;

public sealed class SampleDrawTests
{
    private static readonly uint[] s_candidates = [.. Enumerable.Range(0, 2_000).Select(i => (uint)i)];

    [Fact]
    public void Draw_RateOne_TakesAll() => Assert.Equal(s_candidates, SampleDraw.Draw(Seed(1), s_candidates, 1).ToArray());

    [Fact]
    public void Draw_RateZeroOrNoCandidates_TakesNone()
    {
        Assert.Empty(SampleDraw.Draw(Seed(1), s_candidates, 0));
        Assert.Empty(SampleDraw.Draw(Seed(1), [], 0.5));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Draw_Rate_IsAchievedOnAverage(double rate)
    {
        double achieved = Enumerable.Range(0, 20).Average(i => SampleDraw.Draw(Seed(i), s_candidates, rate).Length / (double)s_candidates.Length);

        Assert.InRange(achieved, rate * 0.9, rate * 1.1);
    }

    [Fact]
    public void Draw_TinyRate_TakesOneThatDependsOnSecretAndBatch()
    {
        var draws = Enumerable.Range(0, 50).Select(i => Assert.Single(SampleDraw.Draw(Seed(i), s_candidates, 1e-9))).ToHashSet();

        Assert.True(draws.Count > 40, $"{draws.Count} different draws of 50");
        Assert.NotEqual(SampleDraw.Seed(Bytes32.Zero, [1]), SampleDraw.Seed(Bytes32.Zero, [2]));
        Assert.NotEqual(SampleDraw.Seed(Bytes32.Zero, [1]), SampleDraw.Seed(Keccak256.Hash([1]), [1]));
    }

    [Fact]
    public void Draw_SameSeed_IsTheSameAndAscending()
    {
        var draw = SampleDraw.Draw(Seed(3), s_candidates, 0.3);

        Assert.Equal(draw.ToArray(), SampleDraw.Draw(Seed(3), [.. s_candidates.Reverse()], 0.3).ToArray());
        Assert.Equal(draw.ToArray(), draw.Order().ToArray());
    }

    private static Bytes32 Seed(int i) => SampleDraw.Seed(Keccak256.Hash(BitConverter.GetBytes(i)), [1, 2, 3]);
}
