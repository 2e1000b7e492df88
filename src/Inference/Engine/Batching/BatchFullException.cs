namespace TeeTee.Inference.Engine.Batching;

/// <summary>As many steps wait or run as may; nothing of the refused one was computed.</summary>
public sealed class BatchFullException(int steps) : Exception($"{steps} steps wait or run already; no more are taken.")
{
    /// <summary>The bound.</summary>
    public int Steps { get; } = steps;
}
