using TeeTee.Cli.Bench;

namespace TeeTee.Cli.Tests.Bench;

public sealed class CrashPlanTests
{
    [Fact]
    public void Draw_SameSeedAndRun_GivesTheSamePlan()
    {
        for (int run = 1; run <= 20; run++)
        {
            CrashPlan first = CrashPlan.Draw(7, run, CrashTarget.Shards, shards: 4);
            CrashPlan second = CrashPlan.Draw(7, run, CrashTarget.Shards, shards: 4);

            Assert.Equal((first.Point, first.Fraction), (second.Point, second.Fraction));
            Assert.Equal(first.Victims, second.Victims);
        }
    }

    [Fact]
    public void Draw_ManyRuns_HitsEveryPointAndEverySetOfShards()
    {
        CrashPlan[] plans = [.. Enumerable.Range(1, 200).Select(run => CrashPlan.Draw(1, run, CrashTarget.Shards, shards: 2))];

        Assert.Equal(Enum.GetValues<CrashPoint>(), plans.Select(plan => plan.Point).Distinct().Order());
        Assert.Equal(["shard-0", "shard-0+shard-1", "shard-1"], plans.Select(plan => string.Join('+', plan.Victims)).Distinct().Order(StringComparer.Ordinal));
        Assert.All(plans, plan => Assert.InRange(plan.Fraction, 0, 1));
        Assert.True(plans.Max(plan => plan.Fraction) - plans.Min(plan => plan.Fraction) > 0.9);
    }

    [Fact]
    public void Draw_Sequencer_KillsIt() =>
        Assert.Equal(["sequencer"], CrashPlan.Draw(1, 1, CrashTarget.Sequencer, shards: 2).Victims);
}
