using System.Diagnostics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Measures what bounds the engine, one short run at a time, so that a benchmark can take turns with it: read bandwidth over its own
/// memory of huge pages, one ascending stream per thread, and int8 products on registers.
/// </summary>
internal sealed unsafe class MachineProbe : IDisposable
{
    /// <summary>Far larger than any cache, and larger than 1 GiB.</summary>
    public const long DefaultBytes = 5L << 28;

    // About 30 ms of a core at 4 GHz and one instruction per cycle.
    private const long PeakOperations = 15_000_000_000;
    private const long Alignment = 2 << 20;

    private readonly WorkerPool _pool;
    private readonly NativeBuffer<byte> _memory;
    private readonly long _share;
    private readonly ulong[] _kept;

    /// <param name="pool">Its threads all take part.</param>
    /// <param name="bytes">Memory to read in one run, all threads together.</param>
    /// <exception cref="OutOfMemoryException">The system does not give that much.</exception>
    public MachineProbe(WorkerPool pool, long bytes = DefaultBytes)
    {
        _pool = pool;
        _share = Math.Max(bytes / pool.Threads / Alignment, 1) * Alignment;
        _memory = new NativeBuffer<byte>(_share * pool.Threads);
        _kept = new ulong[pool.Threads];
        // Untouched memory is one page of zeros, read from the cache.
        pool.RunOnEach(worker => new Span<byte>(_memory.Pointer + worker * _share, checked((int)_share)).Fill(1));
    }

    /// <summary>One pass over the memory, in GB/s of all threads together.</summary>
    public double ReadGBps(ReadLoop loop)
    {
        long started = Stopwatch.GetTimestamp();
        _pool.RunOnEach(worker => _kept[worker] = loop.Run(_memory.Pointer + worker * _share, _share));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (_kept.Contains(0UL))
            throw new UnreachableException("The memory read is not the memory written.");
        return _share * _pool.Threads / seconds / 1e9;
    }

    /// <summary>One run of the loop on every thread, in GOPS of all threads together.</summary>
    public double Int8Gops(Int8PeakLoop loop)
    {
        long rounds = PeakOperations / loop.OperationsPerRound * loop.VectorBits / 512;
        long started = Stopwatch.GetTimestamp();
        _pool.RunOnEach(_ => loop.Run(rounds));
        return rounds * loop.OperationsPerRound * _pool.Threads / Stopwatch.GetElapsedTime(started).TotalSeconds / 1e9;
    }

    public void Dispose() => _memory.Dispose();
}
