using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using TeeTee.Rollup.Economics;

namespace TeeTee.Rollup.Tests.Economics;

public sealed class DeterrenceTests
{
    private static readonly JobMoney s_job = new(Fee: 1_000_000, Share: 200_000, Gain: 90_000);

    [Theory]
    [InlineData(0.01, 1, 0.01)]
    [InlineData(0.01, 100, 0.633967658726771)]
    [InlineData(0.5, 3, 0.875)]
    [InlineData(1, 1, 1)]
    [InlineData(0, 1e9, 0)]
    [InlineData(1e-12, 1, 1e-12)]
    [InlineData(1e-12, 1e6, 9.99999500000167e-7)]
    public void DetectionProbability_KnownValues_AreGiven(double q, double cheats, double expected) =>
        Assert.Equal(expected, Deterrence.DetectionProbability(q, cheats), 1e-13 + expected * 1e-12);

    [Theory]
    [InlineData(0.01, 0.99, 459)]
    [InlineData(0.5, 0.5, 1)]
    [InlineData(1, 0.999, 1)]
    [InlineData(0.1, 0.95, 29)]
    public void CheatsUntil_Chance_IsTheLeastNumber(double q, double probability, double expected)
    {
        Assert.Equal(expected, Deterrence.CheatsUntil(q, probability));
        Assert.True(Deterrence.DetectionProbability(q, expected) >= probability);
        Assert.True(expected == 1 || Deterrence.DetectionProbability(q, expected - 1) < probability);
    }

    [Fact]
    public void CheatsUntil_NobodyLooks_IsNever() => Assert.Equal(double.PositiveInfinity, Deterrence.CheatsUntil(0, 0.5));

    [Fact]
    public void LeastSamplingRate_AtIt_CheatingAndHonestyPayTheSame()
    {
        UInt128 taken = 3_000_000;
        double q = Deterrence.LeastSamplingRate(s_job, taken, collusionRate: 0.25);
        double conviction = new Watching(q, 0.25).Conviction;

        // Honest: R - C. Cheating: R if nobody looks, -S if somebody does.
        double honest = (double)s_job.Share - (double)s_job.Gain;
        double cheating = (1 - conviction) * (double)s_job.Share - conviction * (double)taken;
        Assert.Equal(honest, cheating, 1e-6);
        Assert.Equal(90_000.0 / (0.75 * 3_200_000), q, 1e-12);
    }

    [Fact]
    public void LeastTaken_AtIt_TheSamplingRateIsTheLeast()
    {
        Watching watching = new(0.02, 0.1);
        double taken = Deterrence.LeastTaken(s_job, watching);

        Assert.Equal(watching.SamplingRate, Deterrence.LeastSamplingRate(s_job, (UInt128)taken, watching.CollusionRate), 1e-8);
        Assert.Equal(double.PositiveInfinity, Deterrence.LeastTaken(s_job, new Watching(0.5, 1)));
        Assert.Equal(0, Deterrence.LeastTaken(s_job, new Watching(1, 0)));
    }

    [Fact]
    public void MostInFlight_Share_IsAnEighthOfTheStake()
    {
        Assert.Equal((UInt128)12, Deterrence.MostInFlight(1_000, 10));
        Assert.Equal((UInt128)0, Deterrence.MostInFlight(1_000, 126));
        Assert.Equal(UInt128.MaxValue, Deterrence.MostInFlight(1_000, 0));
    }

    /// <summary>The sum over tails against the plain definition, the sum over k of P(k) min(stake, kS), by exact binomials.</summary>
    [Theory]
    [InlineData(1, 0.3, 100, 40)]
    [InlineData(10, 0.3, 100, 40)]
    [InlineData(10, 1, 100, 40)]
    [InlineData(40, 0.02, 1_000, 40)]
    [InlineData(40, 0.9, 1_000, 1_000)]
    [InlineData(25, 0.5, 1_000, 7)]
    public void ExpectedLoss_AnyParameters_IsTheMeanOfTheDefinition(int n, double q, ulong stake, ulong taken)
    {
        const ulong Share = 3;
        double expected = 0;
        for (int k = 0; k <= n; k++)
            expected += Choose(n, k) * Math.Pow(q, k) * Math.Pow(1 - q, n - k) * (Math.Min(stake, (double)k * taken) + k * (double)Share);

        Assert.Equal(expected, Deterrence.ExpectedLoss(n, q, stake, taken, Share), expected * 1e-9);
    }

    [Fact]
    public void ExpectedLoss_ManyJobs_ComesToTheWholeStake() =>
        Assert.Equal(1e18 + 1e12 * 0.001 * 5, Deterrence.ExpectedLoss(1e12, 0.001, 1_000_000_000_000_000_000, 1_000_000_000_000_000, 5), 1e7);

    /// <summary>Why looking at both ends is enough: the loss is concave in the number of jobs.</summary>
    [Fact]
    public void ExpectedLoss_NumberOfJobs_IsConcave() => Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(), (a, b) =>
    {
        double q = (a.Get % 99 + 1) / 100.0;
        ulong taken = (ulong)(b.Get % 500) + 1;
        double Loss(double n) => Deterrence.ExpectedLoss(n, q, 1_000, taken, 1);
        return Enumerable.Range(1, 60).All(n => Loss(n + 1) - Loss(n) <= Loss(n) - Loss(n - 1) + 1e-9);
    }).QuickCheckThrowOnFailure();

    private static double Choose(int n, int k) =>
        (double)Enumerable.Range(0, k).Aggregate(BigInteger.One, (product, i) => product * (n - i) / (i + 1));
}
