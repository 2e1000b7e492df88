using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Primitives;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Jobs;

/// <summary>The jobs that run in this process: started once each, those of an earlier run included. Thread-safe.</summary>
internal sealed class JobHub(SequencerOptions options, JobStore store, JobRunner runner, ILogger<JobHub> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_pauseAfterFault = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<Bytes32, (LiveJob Job, Task Run)> _jobs = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>True once no job is taken any more.</summary>
    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>A job that runs here, or null.</summary>
    public LiveJob? Find(Bytes32 jobId)
    {
        lock (_gate)
            return _jobs.TryGetValue(jobId, out var entry) ? entry.Job : null;
    }

    /// <summary>Jobs of a model that run here.</summary>
    public int CountOf(Bytes32 modelId)
    {
        lock (_gate)
            return _jobs.Values.Count(entry => entry.Job.Job.Request.Message.ModelId == modelId);
    }

    /// <summary>Starts a stored job, or finds it started; null if it is no longer running, or the sequencer stops.</summary>
    public LiveJob? Start(Bytes32 jobId)
    {
        lock (_gate)
        {
            if (_jobs.TryGetValue(jobId, out var entry))
                return entry.Job;
            // Read under the lock: a job leaves the table only after its end is stored.
            if (IsStopping || store.Find(jobId) is not { State: JobState.Running } job)
                return null;
            LiveJob live = new(job);
            _jobs[jobId] = (live, Task.Run(() => RunAsync(live)));
            return live;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredJob> running = store.Running();
        if (running.Count > 0)
            SequencerLog.JobsContinued(log, running.Count);
        foreach (StoredJob job in running)
            Start(job.JobId);
        return Task.CompletedTask;
    }

    /// <summary>Stops every run; the jobs stay running in the database.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] runs;
        lock (_gate)
        {
            _stopping.Cancel();
            runs = [.. _jobs.Values.Select(entry => entry.Run)];
        }
        await Task.WhenAll(runs).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        if (!_stopping.IsCancellationRequested)
            _stopping.Cancel();
    }

    private async Task RunAsync(LiveJob live)
    {
        try
        {
            while (!await TryRunAsync(live).ConfigureAwait(false))
                await Task.Delay(s_pauseAfterFault, options.Clock, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsStopping)
        {
            // The next start takes the job up.
        }
        finally
        {
            lock (_gate)
                _jobs.Remove(live.JobId);
        }
    }

    // A fault of this program, a full disk say, must not cost a job: it is tried again until it ends in one of the ways that are stored.
    private async Task<bool> TryRunAsync(LiveJob live)
    {
        try
        {
            await runner.RunAsync(live, _stopping.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !IsStopping)
        {
            SequencerLog.JobBroken(log, fault, live.JobId);
            return false;
        }
    }
}
