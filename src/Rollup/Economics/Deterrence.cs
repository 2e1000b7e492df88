namespace TeeTee.Rollup.Economics;

/// <summary>The formulas of docs/economics.md. Pure; amounts in wei, as doubles where chances are involved.</summary>
public static class Deterrence
{
    /// <summary>Unfinalised earnings of a host are at most this part of its stake (review H4): one eighth.</summary>
    public const ulong StakePerUnfinalised = 8;

    /// <summary>P = 1 - (1 - q)^K: the chance that at least one of K wrong jobs is convicted.</summary>
    public static double DetectionProbability(double conviction, double cheats) => 0 - ExpM1(cheats * Log1P(-conviction));

    /// <summary>The least K for which <see cref="DetectionProbability"/> reaches a chance; infinity if none does.</summary>
    public static double CheatsUntil(double conviction, double probability) =>
        conviction <= 0 ? double.PositiveInfinity : conviction >= 1 ? 1 : Math.Max(1, Math.Ceiling(Log1P(-probability) / Log1P(-conviction)));

    /// <summary>q = C / ((1 - r)(R + S)): honesty pays for sampling rates above it (arXiv 2405.00295). Above 1 none does.</summary>
    public static double LeastSamplingRate(JobMoney job, UInt128 taken, double collusionRate)
    {
        double atStake = (1 - collusionRate) * ((double)job.Share + (double)taken);
        return atStake > 0 ? (double)job.Gain / atStake : double.PositiveInfinity;
    }

    /// <summary>S = C / (q(1 - r)) - R: what a conviction has to take at least, the same inequality solved for S.</summary>
    public static double LeastTaken(JobMoney job, Watching watching) =>
        watching.Conviction > 0 ? Math.Max(0, (double)job.Gain / watching.Conviction - (double)job.Share) : double.PositiveInfinity;

    /// <summary>How many jobs of this share a host can have unfinalised: floor(stake / 8 / share).</summary>
    public static UInt128 MostInFlight(UInt128 stake, UInt128 share) => share == 0 ? UInt128.MaxValue : stake / StakePerUnfinalised / share;

    /// <summary>
    /// What n wrong jobs, all made before the first conviction, cost on average: k of them are convicted, k binomial (n, q(1 - r)); each
    /// conviction takes S until the stake is gone, and the host's share.
    /// </summary>
    /// <param name="n">Number of wrong jobs.</param>
    /// <param name="conviction">q(1 - r).</param>
    /// <param name="stake">The whole stake.</param>
    /// <param name="taken">S.</param>
    /// <param name="share">R.</param>
    public static double ExpectedLoss(double n, double conviction, UInt128 stake, UInt128 taken, UInt128 share)
    {
        double shares = n * conviction * (double)share;
        if (taken == 0 || conviction <= 0)
            return shares;
        // E[min(stake, kS)] = sum over j of what the j-th conviction takes * P(k >= j).
        double loss = 0;
        double left = (double)stake;
        double atLeast = 1;
        double logProbability = n * Log1P(-Math.Min(conviction, BelowOne));
        for (double j = 1; left > 0 && j <= n && atLeast > Negligible; j++)
        {
            atLeast -= Math.Exp(logProbability);
            double takes = Math.Min(left, (double)taken);
            loss += takes * Math.Max(0, atLeast);
            left -= takes;
            logProbability += Math.Log((n - j + 1) / j) + Math.Log(conviction) - Log1P(-Math.Min(conviction, BelowOne));
        }
        return shares + loss;
    }

    // The greatest double below 1: a sure conviction has no logarithm of its complement.
    private const double BelowOne = 1 - 1.2e-16;
    private const double Negligible = 1e-18;

    // Both keep their digits near 0, where the library's Log and Exp lose them: chances of 10^-9 are ordinary here.
    private static double Log1P(double x)
    {
        double y = 1 + x;
        return y == 1 ? x : Math.Log(y) * x / (y - 1);
    }

    private static double ExpM1(double x)
    {
        if (Math.Abs(x) < 1e-5)
            return x + x * x / 2;
        return Math.Exp(x) - 1;
    }
}
