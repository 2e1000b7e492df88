using Microsoft.Extensions.Logging;
using TeeTee.Gateway.Jobs;
using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Storage;
using CancelState = TeeTee.ShardProtocol.V1.CancelState;

namespace TeeTee.Sequencer.Jobs;

/// <summary>The job API without its wire: submit or attach, cancel, ask. Thread-safe.</summary>
internal sealed class JobService(
    SequencerOptions options, RollupDomain domain, JobAcceptance acceptance, RequestSigners signers, JobHub hub, JobRunner runner, JobStore store, ShardPool pool,
    JobMetrics metrics, ILogger<JobService> log)
{
    private int _streams;

    private ulong Now => (ulong)options.Clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Takes the job, or attaches to it if this very request was taken before.</summary>
    /// <exception cref="JobApiException">Refused.</exception>
    public async Task<JobStream> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        if (submission.Request.StopTokens.IsDefault)
            throw Refusal.Invalid("stopTokens is absent.");
        if (submission.ResumeFrom > submission.Request.MaxOutputTokens)
            throw Refusal.Invalid($"resumeFrom is {submission.ResumeFrom}; the job has at most {submission.Request.MaxOutputTokens} output tokens.");
        if (hub.IsStopping)
            throw Refusal.Overloaded("The sequencer is shutting down.");
        Bytes32 jobId = domain.Digest(submission.Request);
        EnterStream();
        try
        {
            bool resumed = true;
            if (store.Find(jobId) is { } stored)
                await CheckAttachAsync(stored, submission, cancellationToken).ConfigureAwait(false);
            else if (await acceptance.AcceptAsync(submission, jobId, cancellationToken).ConfigureAwait(false))
                resumed = Taken(jobId);
            return Open(jobId, resumed, submission.ResumeFrom);
        }
        catch
        {
            LeaveStream();
            throw;
        }
    }

    /// <summary>Has a job end at a signed count.</summary>
    /// <exception cref="JobApiException">Refused.</exception>
    public async Task<CancelOutcome> CancelAsync(JobCancellation cancellation, CancellationToken cancellationToken)
    {
        Signed<CancelJob> cancel = new(cancellation.Cancel, cancellation.Signature);
        StoredJob job = store.Find(cancel.Message.JobId) ?? throw Refusal.NotFound($"Job {cancel.Message.JobId} is not known.");
        if (cancel.Message.OutputTokens == 0)
            throw Refusal.Invalid("outputTokens is 0; a job has at least one output token.");
        if (!signers.MayCancel(cancel, job.Request))
            throw Refusal.BadSignature("The cancellation is signed neither by the job's user nor by the key that signed its request.");
        if (hub.Start(job.JobId) is not { } live || live.Count > cancel.Message.OutputTokens)
            return CancelOutcome.TooLate;
        if (live.Cancel is { } earlier)
            return earlier.Message == cancel.Message ? CancelOutcome.Accepted : CancelOutcome.TooLate;
        return await SendAsync(live, cancel, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where a job stands, or null for an unknown id.</summary>
    public JobStatus? Status(Bytes32 jobId) => store.Find(jobId) is { } job ? JobStatus.Of(job, hub.Find(jobId)) : null;

    private bool Taken(Bytes32 jobId)
    {
        metrics.Accepted();
        SequencerLog.JobAccepted(log, jobId);
        return false;
    }

    // Who attaches reads the answer, so it must be somebody who may sign; the stored signature is proof enough.
    private Task CheckAttachAsync(StoredJob stored, JobSubmission submission, CancellationToken cancellationToken) =>
        stored.Request.Signature == submission.Signature
            ? Task.CompletedTask
            : signers.CheckAsync(new Signed<JobRequest>(submission.Request, submission.Signature), Now, cancellationToken);

    private JobStream Open(Bytes32 jobId, bool resumed, uint from)
    {
        LiveJob? live = hub.Start(jobId);
        StoredJob job = live?.Job ?? store.Find(jobId)!;
        if (live is null && job.State == JobState.Running)
            throw Refusal.Overloaded("The sequencer is shutting down.");
        JobAccepted accepted = new(jobId, resumed, job.PostBefore);
        if (live is null)
            return Replay(job, accepted, from);
        if (!live.TryEnter(options.Limits.MaxStreamsPerJob))
            throw Refusal.RateLimited($"Job {jobId} has {options.Limits.MaxStreamsPerJob} streams open, the most it may.");
        return new JobStream(accepted, token => live.ReadAsync(from, token), () =>
        {
            live.Leave();
            LeaveStream();
        });
    }

    private JobStream Replay(StoredJob job, JobAccepted accepted, uint from)
    {
        IReadOnlyList<StoredShard> shards = store.ShardsOf(job.JobId);
        bool refetch = job.State == JobState.Answered && job.Input.IsSealed && from < job.OutputTokens;
        return refetch
            ? new JobStream(accepted, token => RefetchAsync(job, shards, from, token), LeaveStream)
            : new JobStream(accepted, token => JobOutcome.ReplayAsync(job, shards, from, token), LeaveStream);
    }

    // The user's ciphertext is not in the database: the shard still has it.
    private async IAsyncEnumerable<JobEvent> RefetchAsync(
        StoredJob job, IReadOnlyList<StoredShard> shards, uint from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LiveJob copy = new(job);
        using CancellationTokenSource left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task fetch = runner.RefetchAsync(copy, JobOutcome.Last(job, shards), left.Token);
        try
        {
            await foreach (JobEvent item in copy.ReadAsync(from, cancellationToken).ConfigureAwait(false))
                yield return item;
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false);
            await fetch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<CancelOutcome> SendAsync(LiveJob live, Signed<CancelJob> cancel, CancellationToken cancellationToken)
    {
        Pipeline pipeline = pool.PipelineOf(live.Job.Request.Message.ModelId)
            ?? throw Refusal.ShardUnavailable("The job's shards are away; the cancellation was not accepted.");
        try
        {
            CancelState state = await JobRelay.CancelAsync(pipeline, cancel, cancellationToken).ConfigureAwait(false);
            if (state == CancelState.TooLate)
                return CancelOutcome.TooLate;
        }
        catch (GrpcException fault)
        {
            SequencerLog.CancelNotSent(log, live.JobId, fault.Message);
            throw Refusal.ShardUnavailable("The job's shard cannot be reached; the cancellation was not accepted.");
        }
        // A shard that does not know the job yet is told again as soon as it has opened it.
        store.SaveCancel(cancel);
        live.Cancel = cancel;
        return CancelOutcome.Accepted;
    }

    private void EnterStream()
    {
        if (Interlocked.Increment(ref _streams) > options.Limits.MaxStreams)
        {
            Interlocked.Decrement(ref _streams);
            throw Refusal.Overloaded($"{options.Limits.MaxStreams} streams are open, the most there may be.");
        }
        metrics.StreamOpened();
    }

    private void LeaveStream()
    {
        Interlocked.Decrement(ref _streams);
        metrics.StreamClosed();
    }
}
