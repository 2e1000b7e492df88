namespace TeeTee.Verifier.Data;

/// <summary>How hard data is looked for.</summary>
/// <param name="Attempts">How often every source is asked for the same thing.</param>
/// <param name="Pause">After all sources failed once; it doubles with every further time.</param>
/// <param name="MaxBatchBytes">Most bytes of one batch.</param>
internal sealed record FetchLimits(int Attempts, TimeSpan Pause, long MaxBatchBytes);
