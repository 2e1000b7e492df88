namespace TeeTee.Cli.Bench.Inference;

/// <summary>One side of a benchmark: a plan, its engine and the rounds it has run.</summary>
internal sealed class BenchSide(BenchPlan plan, IBenchTarget target)
{
    private readonly List<RoundFigures> _rounds = [];

    public BenchPlan Plan => plan;

    public IBenchTarget Target => target;

    /// <summary>Runs a round; what comes before the first counted one warms up.</summary>
    public async Task RunAsync(int round, bool counted, CancellationToken cancellationToken)
    {
        using BusyProcesses busy = new(plan.Busy);
        RoundFigures figures = await target.RunAsync(round, cancellationToken).ConfigureAwait(false);
        if (counted)
            _rounds.Add(figures);
    }

    /// <summary>Prompt tokens per second of each round.</summary>
    public IReadOnlyList<double> Prefill => [.. _rounds.Select(round => (double)plan.Prompt * plan.Sessions / round.Prefill.TotalSeconds)];

    /// <summary>Generated tokens per second of each round, all sessions together.</summary>
    public IReadOnlyList<double> Decode => [.. _rounds.Select(round => round.Decoded / round.Decode.TotalSeconds)];

    /// <summary>Managed bytes per generated token, of the round with the least.</summary>
    public double AllocatedBytesPerToken => _rounds.Min(round => (double)round.AllocatedBytes / round.Decoded);

    /// <summary>Of the first counted round.</summary>
    public IReadOnlyList<string> TraceRoots => _rounds[0].TraceRoots;
}
