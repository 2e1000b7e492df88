namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>What a run found. An index names an input: the same seed and target give it again.</summary>
internal sealed record FuzzReport
{
    public required string Target { get; init; }

    public required ulong Seed { get; init; }

    public required ulong First { get; init; }

    public ulong Inputs { get; set; }

    /// <summary>How many inputs the readers took: the run reaches behind the first check only if it is not 0.</summary>
    public ulong Accepted { get; set; }

    /// <summary>Inputs at which a reader threw, at most the first 16.</summary>
    public List<FuzzCrash> Crashes { get; } = [];

    public ulong CrashCount { get; set; }

    /// <summary>The slowest input, as the least of several measurements.</summary>
    public FuzzExtreme Slowest { get; set; } = new("", 0, 0, 0);

    /// <summary>The input that took most memory.</summary>
    public FuzzExtreme MostAllocated { get; set; } = new("", 0, 0, 0);

    /// <summary>How many inputs took more than <see cref="FuzzRun.AllocationBase"/> and <see cref="FuzzRun.AllocationPerByte"/> for each of their bytes.</summary>
    public ulong AboveBound { get; set; }

    /// <summary>The first inputs above it, at most 16.</summary>
    public List<FuzzExtreme> Greedy { get; } = [];

    public double Seconds { get; set; }

    public bool Clean => CrashCount == 0 && AboveBound == 0;
}
