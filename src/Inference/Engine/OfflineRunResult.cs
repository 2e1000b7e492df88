using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>The outcome of a run. Positions = prompt + output - 1, because the last pick is never fed; the prompt's length if nothing was picked.</summary>
public sealed class OfflineRunResult
{
    /// <summary>The prompt.</summary>
    public required IReadOnlyList<uint> PromptTokens { get; init; }

    /// <summary>The picks.</summary>
    public required IReadOnlyList<uint> OutputTokens { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason Finish { get; init; }

    /// <summary>T: positions that every shard has run.</summary>
    public required int Positions { get; init; }

    /// <summary>One root per layer over its stored keys and values; the same for every split into shards.</summary>
    public required IReadOnlyList<Bytes32> LayerRoots { get; init; }

    /// <summary>One trace per shard; empty where tracing was off.</summary>
    public required IReadOnlyList<ShardTrace> Traces { get; init; }

    /// <summary>One traceRoot per shard.</summary>
    public required IReadOnlyList<Bytes32> TraceRoots { get; init; }

    /// <summary>Names of the kernels that computed.</summary>
    public required string Kernels { get; init; }

    /// <summary>Time to run the prompt, the first pick not included.</summary>
    public required TimeSpan PrefillTime { get; init; }

    /// <summary>Time to pick and run all output tokens.</summary>
    public required TimeSpan DecodeTime { get; init; }

    /// <summary>Prompt tokens per second.</summary>
    public double PrefillTokensPerSecond => PromptTokens.Count / Math.Max(PrefillTime.TotalSeconds, 1e-9);

    /// <summary>Output tokens per second; 0 if there is none.</summary>
    public double DecodeTokensPerSecond => OutputTokens.Count / Math.Max(DecodeTime.TotalSeconds, 1e-9);
}
