namespace TeeTee.ShardNode.Jobs;

/// <summary>Counts running jobs, the memory of their keys and values, and the disk that their evidence may need.</summary>
/// <param name="limits">Bounds.</param>
/// <param name="kvPageBytes">Memory of 32 positions; it is taken in such pages.</param>
/// <param name="inputBytesPerPosition">Disk of a position's input.</param>
/// <param name="storedBytes">Disk in use.</param>
internal sealed class Capacity(ShardLimits limits, long kvPageBytes, long inputBytesPerPosition, Func<long> storedBytes)
{
    private const int PagePositions = 32;

    private readonly Lock _gate = new();
    private int _jobs;
    private long _kvBytes;
    private long _defenceBytes;
    private bool _closed;

    public int Jobs => Volatile.Read(ref _jobs);

    /// <summary>Makes every later reservation fail.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
    }

    /// <exception cref="JobException">OVERLOADED naming what is short.</exception>
    public IDisposable Reserve(int positions)
    {
        long kv = (positions + PagePositions - 1) / PagePositions * kvPageBytes;
        long defence = positions * (inputBytesPerPosition + 64);
        lock (_gate)
        {
            if (_closed)
                throw JobException.Overloaded("The shard is shutting down.");
            if (_jobs >= limits.MaxConcurrentJobs)
                throw JobException.Overloaded($"{_jobs} jobs are running; the limit is {limits.MaxConcurrentJobs}.");
            if (_kvBytes + kv > limits.MaxKvBytes)
                throw JobException.Overloaded($"{positions} positions need {kv} bytes of memory beside {_kvBytes}; the limit is {limits.MaxKvBytes}.");
            if (storedBytes() + _defenceBytes + defence > limits.MaxDefenceBytes)
                throw JobException.Overloaded($"No room to defend: {defence} bytes of evidence beside {storedBytes() + _defenceBytes}; the limit is {limits.MaxDefenceBytes}.");
            _jobs++;
            _kvBytes += kv;
            _defenceBytes += defence;
        }
        return new Lease(this, kv, defence);
    }

    private sealed class Lease(Capacity owner, long kv, long defence) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) != 0)
                return;
            lock (owner._gate)
            {
                owner._jobs--;
                owner._kvBytes -= kv;
                owner._defenceBytes -= defence;
            }
        }
    }
}
