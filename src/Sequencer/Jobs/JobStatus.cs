using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Jobs;

/// <summary>The body of <c>GET /v1/jobs/{jobId}</c>. Amounts are wei, times Unix seconds; absent members do not apply yet.</summary>
internal sealed record JobStatus(
    Bytes32 JobId, JobState State, uint PromptTokens, uint OutputTokens, FinishReason? Finish, UInt128? Fee, Bytes32? TokensRoot, ulong AcceptedAt,
    ulong PostBefore, ulong? AnsweredAt, string? VoidReason, ulong? BatchIndex, uint? Leaf)
{
    /// <summary>The status of a stored job.</summary>
    /// <param name="live">The run of it, if it runs here.</param>
    public static JobStatus Of(StoredJob job, LiveJob? live)
    {
        bool running = job.State == JobState.Running;
        return new JobStatus(
            job.JobId, job.State, job.Request.Message.PromptTokens, running ? live?.Count ?? 0 : job.OutputTokens, job.Finish,
            running ? null : job.Fee, job.State == JobState.Answered ? job.TokensRoot : null, job.AcceptedAt, job.PostBefore, job.AnsweredAt,
            job.VoidReason, job.BatchIndex, job.Leaf);
    }
}
