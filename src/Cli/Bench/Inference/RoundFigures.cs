namespace TeeTee.Cli.Bench.Inference;

/// <summary>What one round of one side took.</summary>
/// <param name="Prefill">From the first prompt's start until every session has its first token.</param>
/// <param name="Decode">From there until every session has generated all its tokens.</param>
/// <param name="Decoded">Tokens of all sessions in that time.</param>
/// <param name="AllocatedBytes">Managed memory of this process while decoding; of several shards that of the whole round.</param>
/// <param name="TraceRoots">One per session and shard; empty without trace.</param>
internal sealed record RoundFigures(TimeSpan Prefill, TimeSpan Decode, int Decoded, long AllocatedBytes, IReadOnlyList<string> TraceRoots);
