using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Storage;

/// <summary>A job as the database has it; the members below <see cref="Attempts"/> are set once it is no longer running.</summary>
internal sealed record StoredJob
{
    public required Bytes32 JobId { get; init; }

    public required JobState State { get; init; }

    public required Signed<JobRequest> Request { get; init; }

    public required JobInput Input { get; init; }

    /// <summary>Wei held; 0 unless running.</summary>
    public required UInt128 Hold { get; init; }

    /// <summary>Unix seconds.</summary>
    public required ulong AcceptedAt { get; init; }

    /// <summary>Unix seconds by which the job must be in a batch.</summary>
    public required ulong PostBefore { get; init; }

    /// <summary>How often it was opened at a shard.</summary>
    public int Attempts { get; init; }

    public FinishReason? Finish { get; init; }

    public uint OutputTokens { get; init; }

    public Bytes32 TokensRoot { get; init; }

    /// <summary>Ids of positions 0..T, or the ciphertext.</summary>
    public ReadOnlyMemory<byte> Tokens { get; init; }

    public UInt128 Fee { get; init; }

    /// <summary>Accepted cancellation of a running job, or the one that ended an answered job.</summary>
    public Signed<CancelJob>? Cancel { get; init; }

    public Signature? AnswerSignature { get; init; }

    /// <summary>Unix seconds at which it was answered or void.</summary>
    public ulong? AnsweredAt { get; init; }

    public string? VoidReason { get; init; }

    public ulong? BatchIndex { get; init; }

    public uint? Leaf { get; init; }
}
