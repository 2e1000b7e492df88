using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Links;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>The jobs of a shard: starts them once per job id, lets any number of callers follow, replays finished ones from disk.</summary>
internal sealed class JobRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Bytes32, HeadJob> _running = [];
    private readonly ConcurrentDictionary<Task, byte> _tasks = new();
    private readonly ShardRuntime _runtime;

    public JobRegistry(ShardRuntime runtime)
    {
        _runtime = runtime;
        runtime.Hub.OnOpen = OpenStage;
    }

    /// <summary>Starts or attaches: accepted, then the outputs from resume_from, then the end.</summary>
    /// <exception cref="GrpcException">FAILED_PRECONDITION: not slot 0; INVALID_ARGUMENT: malformed.</exception>
    public async IAsyncEnumerable<JobEvent> OpenAsync(OpenJobRequest open, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_runtime.Self.IsFirst)
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, $"Jobs are opened at the slot of layer 0; slot {_runtime.Self.Slot.SlotId} begins at {_runtime.Self.Slot.FirstLayer}.");
        if (!WireMessages.TryRead(open.Request, out Signed<JobRequest>? signed))
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "The request is not abi.encode(JobRequest) with a 65-byte signature.");
        Bytes32 jobId = _runtime.Self.Domain.Digest(signed.Message);
        (HeadJob? job, StoredResult? stored) = Find(jobId);
        bool resumed = job is not null || stored is not null;
        JobException? refusal = null;
        if (!resumed)
            (job, stored, resumed, refusal) = await TryStartAsync(signed, open, cancellationToken);
        yield return new JobEvent { Accepted = new JobAccepted { JobId = jobId.ToWire(), Resumed = resumed } };
        if (refusal is not null)
            yield return new JobEvent { Failed = refusal.ToFailed(_runtime.Self.Slot.SlotId) };
        else if (stored is not null)
        {
            foreach (JobEvent item in Replay(stored, open.ResumeFrom))
                yield return item;
        }
        else
        {
            await foreach (JobEvent item in job!.Output.FollowAsync(open.ResumeFrom, cancellationToken))
                yield return item;
        }
    }

    /// <summary>Cancels a job at the signed count.</summary>
    /// <exception cref="GrpcException">INVALID_ARGUMENT: malformed; PERMISSION_DENIED: signed by somebody else.</exception>
    public CancelJobReply Cancel(CancelJobRequest request)
    {
        if (!WireMessages.TryRead(request.Cancel, out Signed<CancelJob>? cancel) || cancel.Message.OutputTokens == 0)
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "The cancellation is not abi.encode(CancelJob) of at least one token with a 65-byte signature.");
        (HeadJob? job, StoredResult? stored) = Find(cancel.Message.JobId);
        if (job is null)
            return new CancelJobReply { State = stored is null ? CancelState.UnknownJob : CancelState.TooLate };
        if (!Admission.IsCancelSigned(_runtime.Self.Domain, job.Job, cancel))
            throw new GrpcException(GrpcStatusCode.PermissionDenied,
                $"{_runtime.Self.Domain.Signer(cancel, Secp256k1Recovery.Instance)} may not cancel a job of {job.Job.Request.User}.");
        return new CancelJobReply { State = job.Cancel(cancel) };
    }

    /// <summary>Lets running jobs end, takes no new ones, and fails what is left after <paramref name="timeout"/>.</summary>
    public async Task DrainAsync(TimeSpan timeout)
    {
        _runtime.Capacity.Close();
        ShardLog.Draining(_runtime.Logger, _runtime.Capacity.Jobs);
        Task all = Task.WhenAll(_tasks.Keys);
        await all.WaitAsync(timeout, _runtime.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        JobException ended = JobException.Lost("The shard is shutting down.", _runtime.Self.Slot.SlotId);
        lock (_gate)
        {
            foreach (HeadJob job in _running.Values)
                job.Fail(ended);
        }
        _runtime.Hub.FailAll(ended);
        await Task.WhenAll(_tasks.Keys);
    }

    private static IEnumerable<JobEvent> Replay(StoredResult stored, uint from) =>
        [.. OutputLog.Chunks(stored.Outputs, stored.RecordSize, from), new JobEvent { Finished = JobFinished.Parser.ParseFrom(stored.Finished) }];

    private (HeadJob? Running, StoredResult? Stored) Find(Bytes32 jobId)
    {
        lock (_gate)
            return _running.TryGetValue(jobId, out HeadJob? job) ? (job, null) : (null, _runtime.Store.FindResult(jobId));
    }

    private async Task<(HeadJob? Job, StoredResult? Stored, bool Resumed, JobException? Refusal)> TryStartAsync(
        Signed<JobRequest> signed, OpenJobRequest open, CancellationToken cancellationToken)
    {
        try
        {
            AdmittedJob job = await _runtime.Admission.AdmitAsync(signed, open.Pipeline, open.PostBefore, cancellationToken);
            (uint[] prompt, AdmittedJob ready) = InputReader.Read(job, open, _runtime);
            return StartOrForget(ready, prompt);
        }
        catch (JobException refusal)
        {
            return (null, null, false, refusal);
        }
    }

    private (HeadJob? Job, StoredResult? Stored, bool Resumed, JobException? Refusal) StartOrForget(AdmittedJob job, uint[] prompt)
    {
        try
        {
            return Start(job, prompt);
        }
        catch (JobException)
        {
            job.Secrets?.Dispose();
            throw;
        }
    }

    private (HeadJob? Job, StoredResult? Stored, bool Resumed, JobException? Refusal) Start(AdmittedJob job, uint[] prompt)
    {
        lock (_gate)
        {
            (HeadJob? running, StoredResult? stored) = Find(job.JobId);
            if (running is not null || stored is not null)
            {
                job.Secrets?.Dispose();
                return (running, stored, true, null);
            }
            IDisposable lease = _runtime.Capacity.Reserve(job.MaxPositions);
            HeadJob started = new(job, prompt, _runtime);
            _running.Add(job.JobId, started);
            Track(Task.Run(() => RunAsync(started, lease)));
            return (started, null, false, null);
        }
    }

    private async Task RunAsync(HeadJob job, IDisposable lease)
    {
        JobEvent last = await job.RunAsync();
        lease.Dispose();
        lock (_gate)
            _running.Remove(job.Job.JobId);
        job.Output.End(last);
        job.Dispose();
    }

    private void OpenStage(PeerLink link, Bytes32 jobId, Open open)
    {
        LinkSession session = new(jobId, _runtime.Self.Limits.WindowPositions) { Above = link };
        if (_runtime.Hub.Sessions >= 4 * _runtime.Self.Limits.MaxConcurrentJobs)
        {
            LinkFrame refusal = session.Frame();
            refusal.Abort = JobException.Overloaded("Too many sessions are open.").ToAbort(_runtime.Self.Slot.SlotId);
            _ = link.TrySend(refusal);
            return;
        }
        LinkSession? replaced = _runtime.Hub.Add(session);
        Track(Task.Run(() => new StageJob(_runtime, session, open).RunAsync(replaced)));
    }

    private void Track(Task task)
    {
        _tasks[task] = 0;
        _ = task.ContinueWith(ended => _tasks.TryRemove(ended, out _), TaskScheduler.Default);
    }
}
