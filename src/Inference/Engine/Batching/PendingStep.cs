using System.Threading.Tasks.Sources;
using TeeTee.Inference.Engine.Passes;

namespace TeeTee.Inference.Engine.Batching;

/// <summary>
/// A session's step from submission to result; the session keeps one and uses it again and again, so that a step allocates nothing. The result is
/// handed over on a thread of the pool: whoever waits must not hold up the passes of others.
/// </summary>
internal sealed class PendingStep(BatchScheduler scheduler, ShardSession session) : IValueTaskSource<StepResult>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<StepResult> _core;
    private CancellationTokenRegistration _registration;

    public BatchScheduler Scheduler { get; } = scheduler;

    public ShardSession Session { get; } = session;

    public BatchStep Step { get; private set; }

    /// <summary>Positions of the step.</summary>
    public int Count { get; private set; }

    /// <summary>Positions that have been run.</summary>
    public int Done { get; set; }

    /// <summary>Positions that are left.</summary>
    public int Left => Count - Done;

    /// <summary>True for the next position of a running answer, false for a part of a prompt.</summary>
    public bool IsDecode => Count == 1;

    // What a turn makes of it; used by the scheduler's thread.

    /// <summary>Its positions in the pass; null where it has none.</summary>
    public PassRun? Run { get; set; }

    /// <summary>Positions of this turn.</summary>
    public int Part { get; set; }

    /// <summary>Its pick.</summary>
    public uint? Token { get; set; }

    /// <summary>What it failed with.</summary>
    public Exception? Failure { get; set; }

    // Written under the scheduler's gate from here on.

    public StepState State { get; set; }

    /// <summary>From the end of an answer's step until the next one comes: the generation in which it is waited for; else 0.</summary>
    public int ExpectedIn { get; set; }

    /// <summary>Set while the step runs, where it is to end as soon as the pass does.</summary>
    public Exception? Abandoned { get; set; }

    public PendingStep? Next { get; set; }

    public PendingStep? Previous { get; set; }

    public void Begin(in BatchStep step, int count)
    {
        (Step, Count, Done, Abandoned) = (step, count, 0, null);
        (Run, Token, Failure) = (null, null, null);
    }

    /// <summary>What the submitter awaits.</summary>
    public ValueTask<StepResult> Task(CancellationToken cancellationToken)
    {
        ValueTask<StepResult> task = new(this, _core.Version);
        _registration = cancellationToken.UnsafeRegister(
            static (step, token) => ((PendingStep)step!).Abandon(new OperationCanceledException(token)), this);
        return task;
    }

    /// <summary>Ends the step with that exception: now if it waits, after the pass if it runs.</summary>
    public void Abandon(Exception reason) => Scheduler.Abandon(this, reason);

    /// <summary>Hands the result over.</summary>
    public void End() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    public void Execute()
    {
        if (Failure is { } failure)
            _core.SetException(failure);
        else
            _core.SetResult(new StepResult(Token));
    }

    public StepResult GetResult(short token)
    {
        _registration.Dispose();
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Step = default;
            _core.Reset();
            Scheduler.Rest(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
