namespace TeeTee.Rollup.Economics;

/// <summary>Plays what the formulas compute: a host that makes results up, watchers that sample, and a stake that can be taken once.</summary>
/// <param name="parameters">Dispute, job and watching are needed.</param>
/// <param name="draws">Where chance comes from; the same seed gives the same result.</param>
public sealed class EconomicSimulator(EconomicParameters parameters, SeededDraws draws)
{
    private readonly DisputeMoney _dispute = parameters.Dispute;
    private readonly JobMoney _job = parameters.Job ?? throw new ArgumentException("A simulation needs a job.", nameof(parameters));
    private readonly Watching _watching = parameters.Watching ?? throw new ArgumentException("A simulation needs watchers.", nameof(parameters));

    /// <summary>Plays a host that makes <paramref name="cheats"/> jobs up before anybody acts, many times over.</summary>
    public SimulatedOutcome Play(int cheats, int runs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        int caught = 0;
        double lost = 0;
        double squares = 0;
        for (int run = 0; run < runs; run++)
        {
            int convictions = Convictions(cheats);
            caught += convictions > 0 ? 1 : 0;
            double loss = Loss(convictions);
            lost += loss;
            squares += loss * loss;
        }
        double mean = lost / runs;
        return new SimulatedOutcome((double)caught / runs, mean, Math.Sqrt(Math.Max(0, squares / runs - mean * mean)), cheats * (double)_job.Gain);
    }

    private int Convictions(int cheats)
    {
        int convictions = 0;
        for (int i = 0; i < cheats; i++)
        {
            bool sampled = draws.Uniform() < _watching.SamplingRate;
            bool keptSilent = draws.Uniform() < _watching.CollusionRate;
            convictions += sampled && !keptSilent ? 1 : 0;
        }
        return convictions;
    }

    // Conviction by conviction as the contract does it, on whole wei.
    private double Loss(int convictions)
    {
        UInt128 stake = _dispute.Stake;
        UInt128 lost = 0;
        for (int i = 0; i < convictions; i++)
        {
            UInt128 taken = UInt128.Min(stake, _dispute.Demand(_job.Fee));
            stake -= taken;
            lost += taken + _job.Share;
        }
        return (double)lost;
    }
}
