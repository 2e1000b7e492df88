using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>How the scripted shard behaves at one opening of a job.</summary>
internal sealed class ShardPlan
{
    /// <summary>Breaks the stream once this many output tokens are out.</summary>
    public int? BreakAt { get; init; }

    /// <summary>Holds the output back from this token on until <see cref="Gate"/> opens.</summary>
    public int HoldAt { get; init; } = int.MaxValue;

    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Fails instead of answering.</summary>
    public JobFailed? Fail { get; init; }

    /// <summary>Ignores resume_from and streams everything again.</summary>
    public bool FromStart { get; init; }

    /// <summary>Changes a chunk before it goes out.</summary>
    public Func<OutputChunk, OutputChunk> Chunk { get; init; } = chunk => chunk;

    /// <summary>Changes the answer before the receipts are signed; null gives the honest one.</summary>
    public Action<AnswerDraft>? Draft { get; init; }

    /// <summary>Changes the answer after the receipts were signed.</summary>
    public Action<JobFinished>? Finished { get; init; }
}
