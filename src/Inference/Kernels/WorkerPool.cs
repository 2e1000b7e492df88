namespace TeeTee.Inference.Kernels;

/// <summary>
/// The caller and <c>threads - 1</c> background threads share the items of one job at a time, taking the next free one each.
/// Idle threads spin for some tens of microseconds, then park; a thread that the system delays holds nobody up, because
/// the caller waits only for those that have begun. Which thread runs an item never matters to the result.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private const int SpinRounds = 100;
    private const int PausesPerRound = 20;

    private readonly Lock _jobGate = new();
    private readonly object _state = new();
    private readonly Thread[] _threads;
    private long _generation;
    private PoolJob? _job;
    private bool _stop;

    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"teetee-kernel-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that take part, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs body(item, worker) for every item; worker is below <see cref="Threads"/> and unique among those running.</summary>
    /// <exception cref="Exception">The exception of the lowest item that threw, after all items have run or been given up.</exception>
    public void Run(int items, Action<int, int> body)
    {
        if (Threads == 1 || items <= 1)
        {
            for (int i = 0; i < items; i++)
                body(i, 0);
            return;
        }
        Dispatch(new PoolJob(items, body, everyone: false));
    }

    /// <summary>The same for work that is an object, which costs no closure; it may be used again as soon as this returns.</summary>
    public void Run(int items, IPoolWork work) => Run(items, work.Execute);

    /// <summary>Runs body(worker) once on each thread.</summary>
    public void RunOnEach(Action<int> body) => Dispatch(new PoolJob(Threads, (_, worker) => body(worker), everyone: true));

    public void Dispose()
    {
        lock (_state)
        {
            _stop = true;
            _generation++;
            Monitor.PulseAll(_state);
        }
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Dispatch(PoolJob job)
    {
        lock (_jobGate)
        {
            Open(job);
            job.Work(0);
            Close(job);
        }
        job.ThrowFirstFailure();
    }

    private void Open(PoolJob job)
    {
        lock (_state)
        {
            ObjectDisposedException.ThrowIf(_stop, this);
            _job = job;
            _generation++;
            Monitor.PulseAll(_state);
        }
    }

    private void Close(PoolJob job)
    {
        if (!job.Everyone)
        {
            lock (_state)
                _job = null;
        }
        for (int round = 0; round < SpinRounds && !job.IsQuiet(_threads.Length); round++)
            Thread.SpinWait(PausesPerRound);
        lock (_state)
        {
            while (!job.IsQuiet(_threads.Length))
                Monitor.Wait(_state);
            _job = null;
        }
    }

    private void Loop(int worker)
    {
        long seen = 0;
        while (Enter(ref seen) is { } job)
        {
            job.Work(worker);
            lock (_state)
            {
                job.Leave();
                Monitor.PulseAll(_state);
            }
        }
    }

    private PoolJob? Enter(ref long seen)
    {
        for (int round = 0; round < SpinRounds && Volatile.Read(ref _generation) == seen; round++)
            Thread.SpinWait(PausesPerRound);
        lock (_state)
        {
            while (!_stop && (_generation == seen || _job is null))
            {
                seen = _generation;
                Monitor.Wait(_state);
            }
            seen = _generation;
            if (!_stop)
                _job!.Enter();
            return _stop ? null : _job;
        }
    }
}
