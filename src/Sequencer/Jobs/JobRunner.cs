using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Faults;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Jobs;

/// <summary>
/// Runs one accepted job to its end: open at slot 0, relay, check, charge; open again while shards are away; void when they are lost for good.
/// Stopped in between, the job stays running in the database and is taken up by the next start.
/// </summary>
internal sealed class JobRunner(
    SequencerOptions options, RollupDomain domain, RollupParameters parameters, ShardPool pool, JobStore store, JobMetrics metrics, ILogger<JobRunner> log)
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);
    private readonly JobRelay _relay = new(options);

    private ulong Now => (ulong)options.Clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Runs the job; returns once it has ended.</summary>
    /// <exception cref="OperationCanceledException">The sequencer stops.</exception>
    public async Task RunAsync(LiveJob live, CancellationToken stopping)
    {
        using CancellationTokenSource late = new(TimeLeft(live.Job), options.Clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stopping, late.Token);
        long? failingSince = null;
        TimeSpan pause = options.Times.FirstRetry;
        while (true)
        {
            Task changed = pool.Changed;
            uint before = live.Count;
            ShardFaultException fault;
            try
            {
                await AttemptAsync(live, either.Token).ConfigureAwait(false);
                return;
            }
            catch (ShardFaultException failure)
            {
                fault = failure;
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                fault = new ShardFaultException("shard_unavailable", "The answer did not come in time to be posted.", false);
            }
            // Only output is progress: a shard that takes the job and fails it again and again must not keep it for ever.
            if (live.Count > before)
                (failingSince, pause) = (null, options.Times.FirstRetry);
            failingSince ??= options.Clock.GetTimestamp();
            if (!fault.Retryable || late.IsCancellationRequested || options.Clock.GetElapsedTime(failingSince.Value) + pause >= options.Times.GiveUpAfter)
            {
                Void(live, fault);
                return;
            }
            SequencerLog.JobRetried(log, live.JobId, fault.Message);
            await PauseAsync(changed, pause, stopping).ConfigureAwait(false);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    /// <summary>Fetches the ciphertext of an answered sealed job once more from slot 0, which replays it, into a record that ends with <paramref name="last"/>.</summary>
    public async Task RefetchAsync(LiveJob live, JobEvent last, CancellationToken cancellationToken)
    {
        try
        {
            Pipeline pipeline = PipelineFor(live);
            await _relay.RunAsync(live, pipeline, cancellationToken).ConfigureAwait(false);
            live.End(last);
        }
        catch (ShardFaultException fault)
        {
            live.End(new JobFailed(fault.Code, fault.Message, Retryable: true));
        }
    }

    private async Task AttemptAsync(LiveJob live, CancellationToken cancellationToken)
    {
        Pipeline pipeline = PipelineFor(live);
        store.CountAttempt(live.JobId);
        metrics.Attempted();
        try
        {
            ShardAnswer answer = await _relay.RunAsync(live, pipeline, cancellationToken).ConfigureAwait(false);
            await CheckAsync(live, pipeline, answer, cancellationToken).ConfigureAwait(false);
            Charge(live, answer);
        }
        catch (ShardFaultException fault) when (fault.InnerException is Grpc.GrpcException { Code: Grpc.GrpcStatusCode.Unavailable })
        {
            pool.Suspect(pipeline.First.Endpoint, fault.Message);
            throw;
        }
        catch (ShardFaultException fault) when (fault.Code == "invalid_request" && !fault.Retryable)
        {
            // A shard that came back with another key refuses a pipeline of before: that is no fault of the request.
            await pool.RefreshAsync(readRegistry: true, cancellationToken).ConfigureAwait(false);
            bool same = pool.PipelineOf(pipeline.Model.ModelId)?.Stages.Select(s => s.ToStage()).SequenceEqual(pipeline.Stages.Select(s => s.ToStage())) ?? false;
            throw same ? fault : new ShardFaultException("shard_unavailable", fault.Message, true, fault);
        }
    }

    private Pipeline PipelineFor(LiveJob live) => pool.PipelineOf(live.Job.Request.Message.ModelId)
        ?? throw new ShardFaultException("shard_unavailable", "No complete pipeline of shards serves the model.", true);

    private async Task CheckAsync(LiveJob live, Pipeline pipeline, ShardAnswer answer, CancellationToken cancellationToken)
    {
        if (options.Faults.TakesAnyAnswer() || Fault(live, pipeline, answer) is null)
            return;
        // A key may have been registered after the registry was last read.
        await pool.RefreshAsync(readRegistry: true, cancellationToken).ConfigureAwait(false);
        if (Fault(live, pipeline, answer) is { } fault)
            throw new ShardFaultException("shard_unavailable", $"The answer does not hold: {fault}", false);
    }

    private string? Fault(LiveJob live, Pipeline pipeline, ShardAnswer answer) => AnswerCheck.Check(
        live.Job, answer, live.Job.Input.IsSealed ? null : live.Tokens(), live.Count, pool.Current.ToView(pipeline.Model), domain, parameters.EpochSeconds, Now);

    private void Charge(LiveJob live, ShardAnswer answer)
    {
        UInt128 fee = options.Faults.PromisedFee(AnswerCheck.Fee(live.Job, answer));
        AnswerReceipt receipt = JobOutcome.AnswerOf(live.JobId, answer.TokensRoot, fee, live.Job.PostBefore);
        StoredAnswer stored = new()
        {
            Finish = answer.Finish,
            OutputTokens = answer.OutputTokens,
            TokensRoot = answer.TokensRoot,
            Tokens = answer.Tokens,
            Fee = fee,
            Cancel = answer.Cancel,
            AnswerSignature = domain.Sign(receipt, options.Key).Signature,
            AnsweredAt = Now,
            Shards = [.. answer.Shards.Select(s => new StoredShard(s.Receipt, domain.Digest(s.Receipt.Message), s.Leaves, s.Openings))],
        };
        if (store.Answer(live.Job, stored))
        {
            SequencerLog.JobAnswered(log, live.JobId, answer.OutputTokens, fee);
            metrics.Answered(live.Job, stored);
        }
        End(live);
    }

    private void Void(LiveJob live, ShardFaultException fault)
    {
        if (store.Void(live.Job, JobOutcome.Reason(fault.Code, fault.Message), Now))
        {
            SequencerLog.JobVoid(log, live.JobId, fault.Message);
            metrics.Voided(fault.Code);
        }
        End(live);
    }

    private void End(LiveJob live) => live.End(JobOutcome.Last(store.Find(live.JobId)!, store.ShardsOf(live.JobId)));

    private TimeSpan TimeLeft(StoredJob job)
    {
        ulong promised = job.PostBefore - Math.Min(job.PostBefore, job.AcceptedAt);
        TimeSpan reserve = options.Times.PostingReserve ?? TimeSpan.FromSeconds(promised / 4);
        DateTimeOffset posting = DateTimeOffset.FromUnixTimeSeconds((long)job.PostBefore) - reserve;
        DateTimeOffset longest = DateTimeOffset.FromUnixTimeSeconds((long)job.AcceptedAt) + options.Times.MaxJobDuration;
        TimeSpan left = (posting < longest ? posting : longest) - options.Clock.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    // Whichever is first: the pause, or news of the shards, but never at once: a shard that fails every call must not be asked in a circle.
    private async Task PauseAsync(Task changed, TimeSpan pause, CancellationToken stopping)
    {
        await Task.Delay(options.Times.FirstRetry < pause ? options.Times.FirstRetry : pause, options.Clock, stopping).ConfigureAwait(false);
        TimeSpan rest = pause - options.Times.FirstRetry;
        if (rest <= TimeSpan.Zero)
            return;
        try
        {
            await changed.WaitAsync(rest, options.Clock, stopping).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nothing new: the job is tried all the same.
        }
    }
}
