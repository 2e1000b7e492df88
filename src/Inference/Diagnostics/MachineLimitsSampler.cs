using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Diagnostics;

/// <summary>
/// Collects runs of every loop on threads and 1.25 GiB of its own; a benchmark calls <see cref="Sample"/> between its own rounds,
/// so that both see the same minutes of the machine.
/// </summary>
public sealed class MachineLimitsSampler : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly MachineProbe _probe;
    private readonly (ReadLoop Loop, List<double> Runs)[] _reads = [.. ReadLoop.Available.Select(loop => (loop, new List<double>()))];
    private readonly (Int8PeakLoop Loop, List<double> Runs)[] _peaks = [.. Int8PeakLoop.Available.Select(loop => (loop, new List<double>()))];

    /// <param name="threads">Threads that run at once.</param>
    /// <exception cref="OutOfMemoryException">There is no room for the memory to be read.</exception>
    public MachineLimitsSampler(int threads)
    {
        _pool = new WorkerPool(threads);
        try
        {
            _probe = new MachineProbe(_pool);
        }
        catch (OutOfMemoryException)
        {
            _pool.Dispose();
            throw;
        }
    }

    /// <summary>One run of every loop, about a third of a second.</summary>
    public void Sample()
    {
        foreach ((ReadLoop loop, List<double> runs) in _reads)
            runs.Add(_probe.ReadGBps(loop));
        foreach ((Int8PeakLoop loop, List<double> runs) in _peaks)
            runs.Add(_probe.Int8Gops(loop));
    }

    /// <summary>The medians so far, of the best read loop and of both peaks.</summary>
    /// <exception cref="InvalidOperationException">Nothing has been sampled.</exception>
    public MachineLimits Result()
    {
        if (_reads[0].Runs.Count == 0)
            throw new InvalidOperationException("Nothing has been sampled.");
        return new MachineLimits(
            _pool.Threads,
            _reads.Select(read => MeasuredLimit.Of(read.Loop.Name, read.Runs)).MaxBy(limit => limit.Value)!,
            Peak(bits => bits < 512),
            Peak(bits => bits == 512));
    }

    public void Dispose()
    {
        _pool.Dispose();
        _probe.Dispose();
    }

    private MeasuredLimit? Peak(Func<int, bool> width)
    {
        (Int8PeakLoop? loop, List<double> runs) = _peaks.FirstOrDefault(peak => width(peak.Loop.VectorBits));
        return loop is null ? null : MeasuredLimit.Of(loop.Name, runs);
    }
}
