namespace TeeTee.Hosting.Limits;

/// <summary>
/// Expensive work that anybody may ask for, made cheap to be asked: callers with equal keys share one piece of work and, for a short time, its
/// result; how much runs, starts per second and is kept is bounded, and what is over the bounds is refused at once rather than queued. Thread-safe.
/// </summary>
/// <param name="limits">The bounds.</param>
/// <param name="work">Does it; its token fires at <see cref="SharedWorkLimits.Timeout"/>, never because a caller left.</param>
/// <param name="clock">Measures rate, age and timeout.</param>
public sealed class SharedWork<TKey, TValue>(SharedWorkLimits limits, Func<TKey, CancellationToken, Task<TValue>> work, TimeProvider clock)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Piece> _pieces = [];
    private readonly Queue<(TKey Key, Piece Piece)> _kept = [];
    private double _allowance = limits.Burst;
    private long _countedAt = clock.GetTimestamp();
    private int _running;

    /// <summary>The result of the work for a key: running, kept, or started now. A failure is not kept.</summary>
    /// <exception cref="OverloadedException">The work would have to be started, and there is no room for it.</exception>
    /// <exception cref="TimeoutException">It took longer than it may.</exception>
    /// <exception cref="OperationCanceledException">The caller left; the work goes on for the others.</exception>
    public async Task<TValue> GetAsync(TKey key, CancellationToken cancellationToken) =>
        await Find(key).WaitAsync(cancellationToken).ConfigureAwait(false);

    private Task<TValue> Find(TKey key)
    {
        lock (_gate)
        {
            DropOld();
            if (_pieces.TryGetValue(key, out Piece? known))
                return known.Task;
            TakeRoom();
            Piece piece = new();
            piece.Task = RunAsync(key, piece);
            _pieces[key] = piece;
            return piece.Task;
        }
    }

    private void TakeRoom()
    {
        if (_running >= limits.MostRunning)
            throw new OverloadedException($"{_running} of {limits.MostRunning} run already.");
        long now = clock.GetTimestamp();
        _allowance = Math.Min(limits.Burst, _allowance + (clock.GetElapsedTime(_countedAt, now).TotalSeconds * limits.PerSecond));
        _countedAt = now;
        if (_allowance < 1)
            throw new OverloadedException($"More than {limits.PerSecond} were asked for per second.");
        _allowance--;
        _running++;
    }

    private async Task<TValue> RunAsync(TKey key, Piece piece)
    {
        // Off the caller's stack and out of the lock before anything is done.
        await Task.Yield();
        try
        {
            using CancellationTokenSource deadline = new(limits.Timeout, clock);
            TValue value = await WithinAsync(CountedAsync(key, deadline.Token), deadline.Token).ConfigureAwait(false);
            Keep(key, piece);
            return value;
        }
        catch
        {
            Forget(key);
            throw;
        }
    }

    // What hangs beyond its deadline keeps its place: it must not pile up behind our backs.
    private async Task<TValue> CountedAsync(TKey key, CancellationToken deadline)
    {
        try
        {
            return await work(key, deadline).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                _running--;
        }
    }

    private async Task<TValue> WithinAsync(Task<TValue> running, CancellationToken deadline)
    {
        try
        {
            return await running.WaitAsync(deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"It took longer than {limits.Timeout.TotalSeconds} s.");
        }
    }

    private void Keep(TKey key, Piece piece)
    {
        lock (_gate)
        {
            piece.DoneAt = clock.GetTimestamp();
            _kept.Enqueue((key, piece));
            DropOld();
        }
    }

    private void Forget(TKey key)
    {
        lock (_gate)
            _pieces.Remove(key);
    }

    private void DropOld()
    {
        while (_kept.TryPeek(out var oldest) && (_kept.Count > limits.MostKept || clock.GetElapsedTime(oldest.Piece.DoneAt) >= limits.KeepFor))
            _pieces.Remove(_kept.Dequeue().Key);
    }

    private sealed class Piece
    {
        public Task<TValue> Task { get; set; } = null!;

        public long DoneAt { get; set; }
    }
}
