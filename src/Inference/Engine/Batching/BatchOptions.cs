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
    /// Longest that a pass waits for sessions that the last one served, so that they stay together; it is never more than 2 % of that pass.
    /// Default 1 ms; zero does not wait.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Whether pages of equal prompt prefixes are shared. Default true.</summary>
    public bool SharesPrefixes { get; init; } = true;
}
