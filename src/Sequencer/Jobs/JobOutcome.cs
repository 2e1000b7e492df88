using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Storage;
using TeeTee.ShardProtocol.Mapping;

namespace TeeTee.Sequencer.Jobs;

/// <summary>The events of a job that has ended, made from the database alone: the same for who was there and for who comes back.</summary>
internal static class JobOutcome
{
    private const int MostTokensPerEvent = 1024;

    /// <summary>The last event.</summary>
    /// <exception cref="ArgumentException">The job is running.</exception>
    public static JobEvent Last(StoredJob job, IReadOnlyList<StoredShard> shards) => job.State switch
    {
        JobState.Answered => new JobFinished(
            job.Finish!.Value, job.Request.Message.PromptTokens, job.OutputTokens, job.TokensRoot, job.Fee,
            [.. shards.Select(shard => new SignedShardReceipt(shard.Receipt.Message, shard.Receipt.Signature))],
            AnswerOf(job.JobId, job.TokensRoot, job.Fee, job.PostBefore), job.AnswerSignature!.Value),
        JobState.Void => Failed(job.VoidReason ?? ""),
        _ => throw new ArgumentException($"Job {job.JobId} is running.", nameof(job)),
    };

    /// <summary>What the sequencer signs about an answer.</summary>
    public static AnswerReceipt AnswerOf(Bytes32 jobId, Bytes32 tokensRoot, UInt128 fee, ulong postBefore) => new(jobId, tokensRoot, fee, postBefore);

    /// <summary>How the cause of a void job is stored.</summary>
    public static string Reason(string code, string message) => $"{code}: {message}";

    /// <summary>The output of an answered public job from an index on, then its last event.</summary>
    public static async IAsyncEnumerable<JobEvent> ReplayAsync(
        StoredJob job, IReadOnlyList<StoredShard> shards, uint from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        for (uint next = from; job.State == JobState.Answered && next < job.OutputTokens; next += MostTokensPerEvent)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new JobTokens(next, Slice(job, next));
        }
        yield return Last(job, shards);
    }

    private static ImmutableArray<uint> Slice(StoredJob job, uint next)
    {
        int count = (int)Math.Min(MostTokensPerEvent, job.OutputTokens - next);
        int start = (int)(job.Request.Message.PromptTokens + next) * sizeof(uint);
        ReadOnlySpan<byte> bytes = job.Tokens.Span.Slice(start, count * sizeof(uint));
        uint[] tokens = new uint[count];
        for (int i = 0; i < count; i++)
            tokens[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * sizeof(uint))..]);
        return [.. tokens];
    }

    private static JobFailed Failed(string reason)
    {
        int colon = reason.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0 ? new JobFailed("internal", reason, false) : new JobFailed(reason[..colon], reason[(colon + 2)..], false);
    }
}
