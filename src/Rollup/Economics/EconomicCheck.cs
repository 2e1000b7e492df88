using System.Globalization;

namespace TeeTee.Rollup.Economics;

/// <summary>Judges parameters by the rules of docs/economics.md.</summary>
public static class EconomicCheck
{
    /// <summary>Every rule that can be judged, in the order of <see cref="EconomicRule"/>.</summary>
    public static EconomicVerdict Judge(EconomicParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return new EconomicVerdict([.. Findings(parameters).OrderBy(f => f.Rule)]);
    }

    /// <summary>Whole fees behind the most that a host can have earned and not finalised: stake / 8 * fee / share.</summary>
    public static double ExposureOf(DisputeMoney dispute, JobMoney job) =>
        job.Share == 0 ? 0 : (double)(dispute.Stake / Deterrence.StakePerUnfinalised) * (double)job.Fee / (double)job.Share;

    private static IEnumerable<EconomicFinding> Findings(EconomicParameters p)
    {
        yield return HalfIsBurnt(p.Dispute);
        yield return StakeCoversConviction(p.Dispute, p.Job);
        if (p.Costs is { } costs)
        {
            yield return BountyPaysChallenger(p.Dispute, costs);
            yield return BondPaysDefender(p.Dispute, costs);
        }
        if (p.Job is not { } job)
        {
            if (p.Watching is { } rate)
                yield return SomethingIsSampled(rate);
            yield break;
        }
        yield return ShareWithinStake(p.Dispute, job);
        yield return StakeCoversExposure(p.Dispute, job, p.Exposure);
        if (p.Watching is not { } watching)
            yield break;
        yield return OneCheatLoses(p.Dispute, job, watching);
        yield return ManyCheatsLose(p.Dispute, job, watching, p.Exposure);
    }

    private static EconomicFinding HalfIsBurnt(DisputeMoney d) =>
        AtLeast(EconomicRule.HalfIsBurnt, "penalty >= 2 * (bounty + compensation)", d.Penalty, 2 * (d.Bounty + d.Compensation), certain: false);

    // Without a stake that reaches the penalty, no conviction takes what deterrence counts with.
    private static EconomicFinding StakeCoversConviction(DisputeMoney d, JobMoney? job) => AtLeast(
        EconomicRule.StakeCoversConviction, "stake >= max(penalty, 2 * (fee + bounty + compensation))", d.Stake, d.Demand(job?.Fee ?? 0), certain: d.Stake < d.Penalty);

    // Gas prices change; a bounty of nothing loses at every price.
    private static EconomicFinding BountyPaysChallenger(DisputeMoney d, MoveCosts costs)
    {
        UInt128 cost = costs.Challenger + costs.Reexecution;
        return new EconomicFinding(EconomicRule.BountyPaysChallenger, "bounty > challenger's gas + re-execution",
            Wei(d.Bounty), Wei(cost), d.Bounty > cost, LossIsCertain: d.Bounty == 0);
    }

    private static EconomicFinding BondPaysDefender(DisputeMoney d, MoveCosts costs) =>
        AtLeast(EconomicRule.BondPaysDefender, "bond >= defender's gas", d.Bond, costs.Defender, certain: false);

    private static EconomicFinding ShareWithinStake(DisputeMoney d, JobMoney job) => AtLeast(
        EconomicRule.ShareWithinStake, "stake / 8 >= share of the dearest job", d.Stake / Deterrence.StakePerUnfinalised, job.Share, certain: false);

    private static EconomicFinding StakeCoversExposure(DisputeMoney d, JobMoney job, UInt128? given)
    {
        double exposure = given is { } sum ? (double)sum : ExposureOf(d, job);
        double covered = (double)(d.Stake / 2);
        return new EconomicFinding(EconomicRule.StakeCoversExposure, "stake / 2 >= fees of all unfinalised jobs of the slot",
            Wei(covered), Wei(exposure), covered >= exposure, LossIsCertain: false);
    }

    private static EconomicFinding OneCheatLoses(DisputeMoney d, JobMoney job, Watching watching)
    {
        double least = Deterrence.LeastSamplingRate(job, d.Taken(job.Fee), watching.CollusionRate);
        return new EconomicFinding(EconomicRule.OneCheatLoses, "sampling rate q > C / ((1 - r)(R + S))",
            Rate(watching.SamplingRate), Rate(least), watching.SamplingRate > least, LossIsCertain: job.Gain > 0 && (watching.Conviction <= 0 || least >= 1));
    }

    // Whatever a job saves: what nobody looks at is made up.
    private static EconomicFinding SomethingIsSampled(Watching watching) => new(
        EconomicRule.OneCheatLoses, "sampling rate q > 0", Rate(watching.SamplingRate), Rate(0), watching.Conviction > 0, LossIsCertain: false);

    // The loss is concave in the number of jobs and the gain is linear, so between none and the most the worst is at the ends.
    private static EconomicFinding ManyCheatsLose(DisputeMoney d, JobMoney job, Watching watching, UInt128? exposure)
    {
        double most = Math.Max(1, exposure is { } fees && job.Fee > 0 ? (double)(fees / job.Fee) : (double)Deterrence.MostInFlight(d.Stake, job.Share));
        double loss = Deterrence.ExpectedLoss(most, watching.Conviction, d.Stake, d.Taken(job.Fee), job.Share);
        double gain = most * (double)job.Gain;
        return new EconomicFinding(EconomicRule.ManyCheatsLose,
            string.Create(CultureInfo.InvariantCulture, $"loss expected from {most:G6} wrong jobs at once > what they save"),
            Wei(loss), Wei(gain), loss > gain, LossIsCertain: false);
    }

    private static EconomicFinding AtLeast(EconomicRule rule, string statement, UInt128 value, UInt128 bound, bool certain) =>
        new(rule, statement, Wei(value), Wei(bound), value >= bound, certain && value < bound);

    private static string Wei(UInt128 wei) => string.Create(CultureInfo.InvariantCulture, $"{wei} wei");

    private static string Wei(double wei) => string.Create(CultureInfo.InvariantCulture, $"{wei:G9} wei");

    private static string Rate(double rate) => rate.ToString("G9", CultureInfo.InvariantCulture);
}
