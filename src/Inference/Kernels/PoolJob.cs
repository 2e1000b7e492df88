using System.Runtime.ExceptionServices;

namespace TeeTee.Inference.Kernels;

/// <summary>One job of a <see cref="WorkerPool"/>: its items, who is inside, and the failure of its lowest failed item.</summary>
internal sealed class PoolJob(int items, Action<int, int> body, bool everyone)
{
    private readonly Lock _failureGate = new();
    private int _next = -1;
    private int _entered;
    private int _inside;
    private int _failedItem = int.MaxValue;
    private ExceptionDispatchInfo? _failure;

    /// <summary>True where each thread runs exactly one item, its own.</summary>
    public bool Everyone { get; } = everyone;

    public void Enter()
    {
        _entered++;
        Interlocked.Increment(ref _inside);
    }

    public void Leave() => Interlocked.Decrement(ref _inside);

    /// <summary>True when nobody is inside and, if everyone must come, everyone has come.</summary>
    public bool IsQuiet(int workers) => Volatile.Read(ref _inside) == 0 && (!Everyone || Volatile.Read(ref _entered) == workers);

    public void Work(int worker)
    {
        if (Everyone)
        {
            Try(worker, worker);
            return;
        }
        for (int item = Interlocked.Increment(ref _next); item < items; item = Interlocked.Increment(ref _next))
            Try(item, worker);
    }

    public void ThrowFirstFailure() => _failure?.Throw();

    private void Try(int item, int worker)
    {
        try
        {
            body(item, worker);
        }
        catch (Exception exception)
        {
            lock (_failureGate)
            {
                if (item < _failedItem)
                    (_failedItem, _failure) = (item, ExceptionDispatchInfo.Capture(exception));
            }
        }
    }
}
