namespace TeeTee.Inference.Engine.Batching;

/// <summary>How a <see cref="BatchScheduler"/> cuts work into passes. Nothing here can change a result.</summary>
public sealed record BatchOptions
{
    /// <summary>Steps that may wait or run at a time, at least 1; another is refused. Default 1,024.</summary>
    public int MaxSteps { get; init; } = 1024;

    /// <summary>
    /// Positions of prompts in a pass that also serves running answers, in [1, 256]: what an answer's next token waits for at most, and what
    /// prompts get at least. Default 64. A pass without running answers takes as many as fit.
    /// </summary>
    public int PromptRows { get; init; } = 64;

    /// <summary>
    /// Longest that a pass with no prompt waits for answers that it served before, so that they stay together. Null, the default, is 2 % of the
    /// last pass and at most 1 ms, which is also the bound where prompts wait. Shards that share a machine need about the time of a pass:
    /// then the answers fall into step, and no shard reads its weights for each of them.
    /// </summary>
    public TimeSpan? Linger { get; init; }

    /// <summary>Whether pages of equal prompt prefixes are shared. Default true.</summary>
    public bool SharesPrefixes { get; init; } = true;
}
