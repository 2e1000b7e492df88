using TeeTee.Inference.Sampling;

namespace TeeTee.Inference.Engine.Batching;

/// <summary>
/// The next positions of a session: tokens for a shard that holds the first layer, or the vectors that enter any other. The memory belongs to
/// the scheduler until the step has ended.
/// </summary>
public readonly record struct BatchStep
{
    /// <summary>One id per position; empty where <see cref="HiddenIn"/> is given.</summary>
    public ReadOnlyMemory<uint> Tokens { get; init; }

    /// <summary>[positions x embedding length] binary32, little-endian; empty where <see cref="Tokens"/> are given.</summary>
    public ReadOnlyMemory<byte> HiddenIn { get; init; }

    /// <summary>
    /// Receives what leaves the last layer, as much as HiddenIn would hold; may be its memory. Empty where nobody wants it, which on the shard
    /// with the last layer also lets prompts share pages.
    /// </summary>
    public Memory<byte> HiddenOut { get; init; }

    /// <summary>How the token after the last position is picked; null where none is.</summary>
    public SamplingParameters? Pick { get; init; }
}
