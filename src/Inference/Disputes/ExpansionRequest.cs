using TeeTee.Inference.Sampling;
using TeeTee.Primitives;

namespace TeeTee.Inference.Disputes;

/// <summary>Which position of a shard is expanded, and from what.</summary>
public sealed record ExpansionRequest
{
    /// <summary>[(p + 1) x embedding length]: the vectors that entered the shard at positions 0..p.</summary>
    public required ReadOnlyMemory<float> HiddenIn { get; init; }

    /// <summary>p.</summary>
    public required int Position { get; init; }

    /// <summary>How token(p + 1) is picked; null where this shard picks none at this position.</summary>
    public SamplingParameters? Sampling { get; init; }

    /// <summary>Of a sealed job's commitments; null for a public one.</summary>
    public CommitmentSalts? Salts { get; init; }

    /// <summary>A simulated cheat; null for the canonical computation.</summary>
    public IOperatorFault? Fault { get; init; }
}
