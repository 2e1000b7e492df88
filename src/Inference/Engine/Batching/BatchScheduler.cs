using System.Diagnostics;
using TeeTee.Inference.Engine.Passes;

namespace TeeTee.Inference.Engine.Batching;

/// <summary>
/// Continuous batching for one shard: sessions submit steps, and one thread joins them into passes over the weights. Results do not depend on
/// who shares a pass.
/// </summary>
/// <remarks>
/// <para>
/// Fairness: every pass takes the waiting steps of one position (the next tokens of running answers) in order of arrival, and then prompts by
/// turns, each as many positions as are left of the pass's share: <see cref="BatchOptions.PromptRows"/> while answers run, else all rows of
/// the pass. A prompt that is not done goes to the end of the prompts. So an answer waits for at most one pass with so many positions of
/// prompts, prompts always progress by so many positions per pass, and a short prompt overtakes a long one. Before a pass the scheduler waits
/// for the sessions that it has just served, at most two hundredths of the last pass's time.
/// </para>
/// <para>
/// Where prompts begin with the same positions, full pages of 32 that were computed in one pass are shared: keys and values by reference,
/// commitments and outgoing vectors by copy. A page is known by the roots of all vectors that entered the shard up to its end, which the shard
/// computes itself for its trace, so that no upstream's word is trusted. Sessions with salts, without a trace or with a fault take no part.
/// </para>
/// <para>
/// A step with a value that is not finite ends with the <see cref="Numerics.NonFiniteException"/> that its session would have met alone.
/// Safe for concurrent use; each session has at most one step at a time and runs outside of the scheduler only in between.
/// </para>
/// </remarks>
public sealed class BatchScheduler : IDisposable
{
    private const double LingerShare = 0.02;

    private readonly object _gate = new();
    private readonly BatchOptions _options;
    private readonly ForwardPass _pass;
    private readonly StepQueue _decodes = new();
    private readonly StepQueue _prompts = new();
    private readonly BatchTurn _turn;
    private readonly Thread _thread;
    private int _steps;
    private int _arrivals;
    private bool _stop;
    private BatchCounters _counters;

    /// <summary>Starts the thread. The model is kept until <see cref="Dispose"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public BatchScheduler(ShardModel model, BatchOptions? options = null)
        : this(model, options, starts: true)
    {
    }

    /// <summary>The same; without a thread, whoever made it calls <see cref="RunTurn"/>.</summary>
    internal BatchScheduler(ShardModel model, BatchOptions? options, bool starts)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options ?? new BatchOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.MaxSteps, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.PromptRows, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.PromptRows, model.Pass.MaxRows / 2, nameof(options));
        model.Enter();
        (Model, _pass) = (model, model.Pass);
        _turn = new BatchTurn(model, _options.SharesPrefixes ? new PrefixCache(model) : null);
        _thread = new Thread(Loop) { IsBackground = true, Name = "teetee-batch" };
        if (starts)
            _thread.Start();
    }

    /// <summary>The weights that steps run on.</summary>
    public ShardModel Model { get; }

    /// <summary>What has been done and what waits.</summary>
    public BatchCounters Counters
    {
        get
        {
            lock (_gate)
                return _counters with { Waiting = _decodes.Count + _prompts.Count };
        }
    }

    /// <summary>Runs the next positions of a session, together with whatever else waits.</summary>
    /// <param name="session">Of this model, without a step under way.</param>
    /// <param name="step">What to run.</param>
    /// <param name="cancellationToken">
    /// Takes the step out of the queue at once, or ends it after the pass that it is in; some of its positions may have been run.
    /// </param>
    /// <returns>Ends on a thread of the pool. Await it once.</returns>
    /// <exception cref="ArgumentException">The step does not fit the session or the model; nothing was submitted.</exception>
    /// <exception cref="ContextFullException">The session has no room for the positions; nothing was submitted.</exception>
    /// <exception cref="BatchFullException">Too many steps wait or run; nothing was submitted.</exception>
    /// <exception cref="InvalidOperationException">The session's last step has not ended, or the shard cannot embed or pick.</exception>
    /// <exception cref="ObjectDisposedException">The session or the scheduler is gone; also while the step waits.</exception>
    /// <exception cref="Numerics.NonFiniteException">A value is not finite; the session stands before the position that has it.</exception>
    public ValueTask<StepResult> RunAsync(ShardSession session, in BatchStep step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        cancellationToken.ThrowIfCancellationRequested();
        PendingStep pending = session.StepOf(this);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop, this);
            if (pending.State != StepState.Idle)
                throw new InvalidOperationException("The session's last step has not ended.");
            int count = StepCheck.Count(session, step);
            if (_steps == _options.MaxSteps)
                throw new BatchFullException(_steps);
            _steps++;
            pending.Begin(step, count);
            Enqueue(pending);
            _arrivals++;
            Monitor.Pulse(_gate);
        }
        return pending.Task(cancellationToken);
    }

    /// <summary>Ends all waiting steps with <see cref="ObjectDisposedException"/> and those in a pass after it, then the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stop)
                return;
            _stop = true;
            Monitor.Pulse(_gate);
        }
        if (_thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted))
            FailWaiting();
        else
            _thread.Join();
        _turn.Dispose();
        Model.Leave();
    }

    /// <summary>Ends a step early.</summary>
    internal void Abandon(PendingStep step, Exception reason)
    {
        lock (_gate)
        {
            if (step.State == StepState.Running)
                step.Abandoned ??= reason;
            if (step.State != StepState.Waiting)
                return;
            QueueOf(step).Remove(step);
            End(step, reason);
        }
    }

    /// <summary>The submitter has its result.</summary>
    internal void Rest(PendingStep step)
    {
        lock (_gate)
        {
            step.State = StepState.Idle;
            _steps--;
        }
    }

    private StepQueue QueueOf(PendingStep step) => step.IsDecode ? _decodes : _prompts;

    private void Enqueue(PendingStep step)
    {
        step.State = StepState.Waiting;
        QueueOf(step).Add(step);
    }

    private void Loop()
    {
        while (AwaitWork())
        {
            long started = Stopwatch.GetTimestamp();
            int ended = RunTurn();
            Linger(ended, Stopwatch.GetElapsedTime(started));
        }
        FailWaiting();
    }

    /// <summary>One pass with what waits.</summary>
    /// <returns>Steps that ended well, whose sessions may be back soon.</returns>
    internal int RunTurn()
    {
        lock (_pass.Gate)
            _turn.Run(this);
        return Conclude();
    }

    private bool AwaitWork()
    {
        lock (_gate)
        {
            while (!_stop && _decodes.Count == 0 && _prompts.Count == 0)
                Monitor.Wait(_gate);
            return !_stop;
        }
    }

    /// <summary>
    /// The sessions of a pass come back one after the other, from threads of the pool or from another shard. Beginning with the first of them
    /// would let a batch fall apart into passes of few rows, so the thread waits a small part of a pass's time for all.
    /// </summary>
    private void Linger(int expected, TimeSpan pass)
    {
        TimeSpan most = pass * LingerShare;
        if (most > _options.Linger)
            most = _options.Linger;
        long started = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _arrivals) < expected && Stopwatch.GetElapsedTime(started) < most)
            Thread.Yield();
    }

    /// <summary>Takes the next step of an answer, as long as there is room beside what prompts are due.</summary>
    internal bool TryTakeDecode(int rows, out PendingStep? step)
    {
        lock (_gate)
        {
            int room = _pass.MaxRows - (_prompts.Count > 0 ? _options.PromptRows : 0);
            step = null;
            return rows < room && TryTake(_decodes, out step);
        }
    }

    /// <summary>Takes the prompt whose turn it is.</summary>
    internal bool TryTakePrompt(out PendingStep? step)
    {
        lock (_gate)
            return TryTake(_prompts, out step);
    }

    /// <summary>Rows that a pass may give to prompts.</summary>
    internal int PromptRows(int decodes) => decodes == 0 ? _pass.MaxRows : Math.Min(_options.PromptRows, _pass.MaxRows - decodes);

    private bool TryTake(StepQueue queue, out PendingStep? step)
    {
        while (queue.TryTake(out step))
        {
            if (step.Session.TryEnter())
            {
                step.State = StepState.Running;
                return true;
            }
            End(step, new ObjectDisposedException(nameof(ShardSession)));
        }
        return false;
    }

    /// <summary>Ends steps or queues them again.</summary>
    private int Conclude()
    {
        int ended = 0;
        lock (_gate)
            (_counters, _arrivals) = (_turn.Counters, 0);
        foreach (PendingStep step in _turn.Steps)
        {
            // The memory of a session that was disposed meanwhile goes first, so that it is free when the submitter hears of it.
            step.Session.Leave();
            lock (_gate)
            {
                step.Run = null;
                if (step.Failure is null && step.Left > 0 && step.Abandoned is null)
                {
                    Enqueue(step);
                    continue;
                }
                Exception? failure = step.Failure ?? (step.Left > 0 ? step.Abandoned : null);
                ended += failure is null ? 1 : 0;
                End(step, failure);
            }
        }
        _turn.Clear();
        return ended;
    }

    private void FailWaiting()
    {
        lock (_gate)
        {
            while (_decodes.TryTake(out PendingStep? step) || _prompts.TryTake(out step))
                End(step, new ObjectDisposedException(nameof(BatchScheduler)));
        }
    }

    private static void End(PendingStep step, Exception? failure)
    {
        step.State = StepState.Ended;
        step.Failure = failure;
        step.End();
    }
}
