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
/// for the answers that it has served, by default at most two hundredths of the last pass's time.
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
    private static readonly TimeSpan s_longestLinger = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_spin = TimeSpan.FromMilliseconds(2);

    private readonly object _gate = new();
    private readonly BatchOptions _options;
    private readonly ForwardPass _pass;
    private readonly StepQueue _decodes = new();
    private readonly StepQueue _prompts = new();
    private readonly BatchTurn _turn;
    private readonly Thread _thread;
    private int _steps;
    private int _away;
    private int _generation = 1;
    private TimeSpan _lastPass;
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
            Expect(pending, false);
            Enqueue(pending);
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
            Expect(step, false);
            Monitor.Pulse(_gate);
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
            Linger();
            long started = Stopwatch.GetTimestamp();
            RunTurn();
            _lastPass = Stopwatch.GetElapsedTime(started);
        }
        FailWaiting();
    }

    /// <summary>One pass with what waits.</summary>
    internal void RunTurn()
    {
        lock (_pass.Gate)
            _turn.Run(this);
        Conclude();
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
    /// The answers of a pass come back one after the other, from threads of the pool or from another shard. Beginning with the first of them
    /// would let a batch fall apart into passes of few rows. Who does not come in time is expected no more until it is back.
    /// </summary>
    private void Linger()
    {
        long started = Stopwatch.GetTimestamp();
        while (LingerLeft(started) is { Ticks: > 0 } left)
        {
            if (left > s_spin)
                AwaitArrival(left - s_spin);
            else
                Thread.Yield();
        }
        lock (_gate)
        {
            // Late ones are of an earlier generation and count no more.
            _generation += _away > 0 ? 1 : 0;
            _away = 0;
        }
    }

    private TimeSpan LingerLeft(long started)
    {
        lock (_gate)
        {
            if (_away == 0 || _stop)
                return TimeSpan.Zero;
            TimeSpan most = _lastPass * LingerShare;
            most = most < s_longestLinger ? most : s_longestLinger;
            if (_options.Linger is { } longest && (_prompts.Count == 0 || longest < most))
                most = longest;
            return most - Stopwatch.GetElapsedTime(started);
        }
    }

    private void AwaitArrival(TimeSpan most)
    {
        lock (_gate)
        {
            if (_away > 0)
                Monitor.Wait(_gate, most);
        }
    }

    /// <summary>Whether the session of a step is away with a token and will be back with the next.</summary>
    private void Expect(PendingStep step, bool expected)
    {
        if (step.ExpectedIn == _generation)
            _away--;
        step.ExpectedIn = expected ? _generation : 0;
        _away += expected ? 1 : 0;
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
    private void Conclude()
    {
        lock (_gate)
            _counters = _turn.Counters;
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
                Expect(step, failure is null && (step.IsDecode || step.Token is not null));
                End(step, failure);
            }
        }
        _turn.Clear();
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
