using TeeTee.Inference.Kernels;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>What an <see cref="OfflineRunner"/> is asked to do. Only the first four can change the tokens; none changes a layer root.</summary>
public sealed record OfflineRunOptions
{
    /// <summary>Most tokens to pick; 0 only runs the prompt.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>How to pick.</summary>
    public SamplingParameters Sampling { get; init; } = SamplingParameters.MostLikely;

    /// <summary>Ids that end the answer; the stop token itself counts as output.</summary>
    public IReadOnlyCollection<uint> StopTokens { get; init; } = [];

    /// <summary>Receives every processed position with its logits, prompt first, in order; the memory is valid during the call only.</summary>
    public LogitsSink? Logits { get; init; }

    /// <summary>Receives each picked token at once.</summary>
    public Action<uint>? TokenPicked { get; init; }

    /// <summary>Positions per prefill call; 0 takes the whole prompt.</summary>
    public int PrefillChunk { get; init; }

    /// <summary>Number of shards that the layers are cut into, as even as can be.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Threads per shard.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Which kernels compute.</summary>
    public KernelPreference Kernels { get; init; } = KernelPreference.Auto;

    /// <summary>False leaves out the trace, for pure speed.</summary>
    public bool Trace { get; init; } = true;

    /// <summary>Salts of the trace, as a sealed job has them; null as a public one. Layer roots are never salted: they are only for the one who runs.</summary>
    public CommitmentSalts? Salts { get; init; }
}
