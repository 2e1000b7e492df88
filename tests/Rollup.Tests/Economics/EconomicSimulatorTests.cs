using TeeTee.Rollup.Economics;

namespace TeeTee.Rollup.Tests.Economics;

/// <summary>
/// The formulas against play. Bound: five standard deviations of the mean of the runs, so a right formula fails once in two million tries; the
/// seed is fixed, so it either always passes or never.
/// </summary>
public sealed class EconomicSimulatorTests
{
    private const int Runs = 20_000;
    private const double Deviations = 5;

    private static readonly DisputeMoney s_dispute = new(Stake: 1_000_000, Bond: 5_000, Penalty: 200_000, Bounty: 50_000, Compensation: 5_000);
    private static readonly JobMoney s_job = new(Fee: 1_000, Share: 400, Gain: 300);

    [Theory]
    [InlineData(0.01, 0, 1)]
    [InlineData(0.01, 0, 100)]
    [InlineData(0.05, 0.3, 40)]
    [InlineData(0.5, 0.5, 3)]
    [InlineData(0.2, 0, 60)]
    public void Play_Cheats_AreCaughtAsOftenAsTheFormulaSays(double q, double r, int cheats)
    {
        Watching watching = new(q, r);
        SimulatedOutcome seen = Simulate(watching, s_dispute, cheats);
        double expected = Deterrence.DetectionProbability(watching.Conviction, cheats);

        Assert.Equal(expected, seen.Caught, Deviations * Math.Sqrt(expected * (1 - expected) / Runs));
    }

    [Theory]
    [InlineData(0.01, 0, 1)]
    [InlineData(0.05, 0.3, 40)]
    [InlineData(0.2, 0, 60)]
    [InlineData(0.9, 0.1, 30)]
    public void Play_Cheats_LoseWhatTheFormulaSays(double q, double r, int cheats)
    {
        Watching watching = new(q, r);
        SimulatedOutcome seen = Simulate(watching, s_dispute, cheats);
        double expected = Deterrence.ExpectedLoss(cheats, watching.Conviction, s_dispute.Stake, s_dispute.Taken(s_job.Fee), s_job.Share);

        Assert.Equal(expected, seen.MeanLoss, Deviations * seen.LossDeviation / Math.Sqrt(Runs) + 1e-9 * expected);
    }

    /// <summary>Just above the least sampling rate cheating loses, just below it pays.</summary>
    [Theory]
    [InlineData(1.3, true)]
    [InlineData(0.7, false)]
    public void Play_AroundTheLeastSamplingRate_HonestyPaysAboveItOnly(double factor, bool honestyPays)
    {
        JobMoney job = new(Fee: 60_000, Share: 30_000, Gain: 25_000);
        double q = factor * Deterrence.LeastSamplingRate(job, s_dispute.Taken(job.Fee), collusionRate: 0.2);
        EconomicParameters parameters = new() { Dispute = s_dispute, Job = job, Watching = new Watching(q, 0.2) };
        SimulatedOutcome seen = new EconomicSimulator(parameters, new SeededDraws(7)).Play(cheats: 1, 10 * Runs);

        Assert.Equal(honestyPays, seen.MeanLoss > seen.Gain);
        Assert.Equal(honestyPays, EconomicCheck.Judge(parameters).Findings.Single(f => f.Rule == EconomicRule.OneCheatLoses).Holds);
    }

    /// <summary>The bound is narrow enough to see a formula that forgets that the stake can be taken only once, or the colluders.</summary>
    [Fact]
    public void Play_WrongFormulas_AreSeen()
    {
        Watching watching = new(0.2, 0.3);
        SimulatedOutcome seen = Simulate(watching, s_dispute, 60);
        double bound = Deviations * seen.LossDeviation / Math.Sqrt(Runs);
        double unlimited = 60 * watching.Conviction * ((double)s_dispute.Taken(s_job.Fee) + (double)s_job.Share);
        double allHonest = Deterrence.ExpectedLoss(60, watching.SamplingRate, s_dispute.Stake, s_dispute.Taken(s_job.Fee), s_job.Share);

        Assert.True(Math.Abs(unlimited - seen.MeanLoss) > bound);
        Assert.True(Math.Abs(allHonest - seen.MeanLoss) > bound);
    }

    [Fact]
    public void Play_SameSeed_GivesTheSameOutcome() =>
        Assert.Equal(Simulate(new Watching(0.1, 0.1), s_dispute, 10), Simulate(new Watching(0.1, 0.1), s_dispute, 10));

    private static SimulatedOutcome Simulate(Watching watching, DisputeMoney dispute, int cheats) =>
        new EconomicSimulator(new EconomicParameters { Dispute = dispute, Job = s_job, Watching = watching }, new SeededDraws(20261129)).Play(cheats, Runs);
}
