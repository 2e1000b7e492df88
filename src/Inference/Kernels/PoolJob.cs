using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// The one job of a <see cref="WorkerPool"/>, opened and closed again and again by its caller.
/// </summary>
/// <remarks>
/// An item is claimed by lowering the count of unclaimed ones from above zero. From then on the job cannot close before the item has
/// ended, so its work and size are those of the job that the claim hit, however late the thread comes; a claim that fails reads neither.
/// </remarks>
internal sealed class PoolJob
{
    private readonly Lock _failureGate = new();
    private Counters _counters;
    private IPoolWork? _work;
    private int _items;
    private int _failedItem;
    private ExceptionDispatchInfo? _failure;

    public bool HasItems => Volatile.Read(ref _counters.Unclaimed) > 0;

    public bool IsFinished => Volatile.Read(ref _counters.Unfinished) == 0;

    /// <summary>Offers the items; a full fence.</summary>
    public void Open(int items, IPoolWork work)
    {
        (_items, _work, _failedItem, _failure) = (items, work, items, null);
        Volatile.Write(ref _counters.Unfinished, items);
        Interlocked.Exchange(ref _counters.Unclaimed, items);
    }

    /// <summary>Runs items until none is left.</summary>
    /// <returns>True when this ended the last one.</returns>
    public bool Work(int worker)
    {
        int ended = 0;
        for (; TryClaim(out int item); ended++)
            Execute(item, worker);
        return ended > 0 && Interlocked.Add(ref _counters.Unfinished, -ended) == 0;
    }

    /// <summary>Forgets the work and throws the failure of the lowest item that failed.</summary>
    public void Close()
    {
        ExceptionDispatchInfo? failure = _failure;
        (_work, _failure) = (null, null);
        failure?.Throw();
    }

    private bool TryClaim(out int item)
    {
        int left = Volatile.Read(ref _counters.Unclaimed);
        while (left > 0)
        {
            int found = Interlocked.CompareExchange(ref _counters.Unclaimed, left - 1, left);
            if (found == left)
            {
                item = _items - left;
                return true;
            }
            left = found;
        }
        item = -1;
        return false;
    }

    private void Execute(int item, int worker)
    {
        try
        {
            _work!.Execute(item, worker);
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

    // Each on cache lines of its own: spinning readers of one must not slow the writers of the other.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Counters
    {
        [FieldOffset(128)]
        public int Unclaimed;

        [FieldOffset(256)]
        public int Unfinished;
    }
}
