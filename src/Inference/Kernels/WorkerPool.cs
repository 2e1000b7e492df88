using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// The caller and <c>threads - 1</c> background threads share the items of one job at a time, each taking the next free one.
/// Idle threads spin for some tens of microseconds, then park. A thread that the system delays holds nobody up: the caller waits only
/// for items that somebody has begun. Which thread runs an item never matters to the result. Running a job allocates nothing.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    // About 50 us: longer than any gap between two operators of a pass, much shorter than a time slice.
    private const int SpinPauses = 3000;

    private readonly Lock _jobGate = new();
    private readonly object _parking = new();
    private readonly PoolJob _job = new();
    private readonly Thread[] _threads;
    private int _parkedWorkers;
    private bool _callerParked;
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

    /// <summary>
    /// Runs every item once and returns when all have ended. Jobs of several callers run one after the other; an item must not start a job.
    /// The work may be used again as soon as this returns.
    /// </summary>
    /// <exception cref="Exception">The exception of the lowest item that threw, after all items have run or been given up.</exception>
    public void Run(int items, IPoolWork work)
    {
        lock (_jobGate)
        {
            ObjectDisposedException.ThrowIf(_stop, this);
            if (Threads == 1 || items <= 1)
                RunInline(items, work);
            else
                RunShared(items, work);
        }
    }

    /// <summary>The same for start-up and tests, where a closure costs nothing that counts.</summary>
    public void Run(int items, Action<int, int> body) => Run(items, new DelegateWork(body));

    /// <summary>Runs body(worker) once on each thread.</summary>
    public void RunOnEach(Action<int> body)
    {
        // No item ends before all have begun, so each is on a thread of its own.
        using Barrier everyone = new(Threads);
        Run(Threads, (_, worker) =>
        {
            everyone.SignalAndWait();
            body(worker);
        });
    }

    public void Dispose()
    {
        lock (_jobGate)
        {
            lock (_parking)
            {
                _stop = true;
                Monitor.PulseAll(_parking);
            }
        }
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private static void RunInline(int items, IPoolWork work)
    {
        for (int item = 0; item < items; item++)
            work.Execute(item, 0);
    }

    private void RunShared(int items, IPoolWork work)
    {
        _job.Open(items, work);
        WakeWorkers();
        _job.Work(0);
        AwaitOthers();
        _job.Close();
    }

    private void Loop(int worker)
    {
        while (AwaitItems())
        {
            if (_job.Work(worker))
                WakeCaller();
        }
    }

    // Whoever parks announces it before its last look at the job, and whoever changes the job looks for the parked afterwards,
    // both with a full fence between: one of the two always sees the other. The lock then lets no signal fall before the wait.
    private bool AwaitItems()
    {
        for (int i = 0; i < SpinPauses; i++)
        {
            if (_job.HasItems)
                return true;
            Pause();
        }
        lock (_parking)
        {
            Interlocked.Increment(ref _parkedWorkers);
            while (!_stop && !_job.HasItems)
                Monitor.Wait(_parking);
            _parkedWorkers--;
            return !_stop;
        }
    }

    private void AwaitOthers()
    {
        for (int i = 0; i < SpinPauses; i++)
        {
            if (_job.IsFinished)
                return;
            Pause();
        }
        lock (_parking)
        {
            Interlocked.Exchange(ref _callerParked, true);
            while (!_job.IsFinished)
                Monitor.Wait(_parking);
            _callerParked = false;
        }
    }

    private void WakeWorkers()
    {
        if (Volatile.Read(ref _parkedWorkers) > 0)
            Wake();
    }

    private void WakeCaller()
    {
        if (Volatile.Read(ref _callerParked))
            Wake();
    }

    private void Wake()
    {
        lock (_parking)
            Monitor.PulseAll(_parking);
    }

    // Thread.SpinWait scales its argument and costs more than the hand-over that it waits for.
    private static void Pause()
    {
        if (X86Base.IsSupported)
            X86Base.Pause();
        else if (ArmBase.IsSupported)
            ArmBase.Yield();
        else
            Thread.SpinWait(1);
    }

    private sealed class DelegateWork(Action<int, int> body) : IPoolWork
    {
        public void Execute(int item, int worker) => body(item, worker);
    }
}
