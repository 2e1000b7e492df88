namespace TeeTee.Cli.Bench.Inference;

/// <summary>What is printed of one side.</summary>
internal sealed record SideReport(
    BenchPlan Plan, string Kernels, PrefillReport Prefill, DecodeReport Decode, double AllocatedBytesPerToken, IReadOnlyList<string> TraceRoots);

/// <summary>Prompts.</summary>
/// <param name="TokensPerSecond">Median of the rounds, all sessions together.</param>
/// <param name="Rounds">Their range.</param>
/// <param name="ShareOfPeak">Operations of the matrices per second beside the machine's peak of int8 dot products; null where it has none.</param>
internal sealed record PrefillReport(double TokensPerSecond, Spread Rounds, double? ShareOfPeak);

/// <summary>Answers.</summary>
/// <param name="TokensPerSecond">Median of the rounds, all sessions together.</param>
/// <param name="Rounds">Their range.</param>
/// <param name="ShareOfBandwidth">Weights read per second, once for all sessions, beside what the memory gives.</param>
/// <param name="BytesPerToken">Weights that one token of one session needs.</param>
internal sealed record DecodeReport(double TokensPerSecond, Spread Rounds, double ShareOfBandwidth, long BytesPerToken);
