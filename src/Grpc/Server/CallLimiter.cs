namespace TeeTee.Grpc.Server;

/// <summary>Counts the running calls of a map.</summary>
internal sealed class CallLimiter(int? limit)
{
    private int _running;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _running) <= (limit ?? int.MaxValue))
            return true;
        Interlocked.Decrement(ref _running);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _running);
}
