namespace TeeTee.Inference.Diagnostics;

/// <summary>
/// What this machine can do at best, to measure an engine against: decode cannot pass the memory, prefill cannot pass the dot products.
/// </summary>
/// <param name="Threads">Threads that ran at once.</param>
/// <param name="ReadGBps">The best of several read loops, one ascending stream per thread over more than 1 GiB of huge pages.</param>
/// <param name="Int8Gops">Int8 dot products of 256 bits (128 on Arm64), a multiplication and an addition counted as two; null where the processor has none.</param>
/// <param name="WideInt8Gops">The same of 512 bits; null where the processor has none.</param>
public sealed record MachineLimits(int Threads, MeasuredLimit ReadGBps, MeasuredLimit? Int8Gops, MeasuredLimit? WideInt8Gops)
{
    /// <summary>Measures now; takes about two seconds and 1.25 GiB.</summary>
    /// <param name="threads">Threads that run at once.</param>
    /// <param name="rounds">Runs of each loop, at least 5; the loops take turns.</param>
    /// <param name="cancellationToken">Ends the measurement between two rounds.</param>
    /// <exception cref="OutOfMemoryException">There is no room for the memory to be read.</exception>
    public static MachineLimits Measure(int threads, int rounds, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 5);
        using MachineLimitsSampler sampler = new(threads);
        for (int round = 0; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            sampler.Sample();
        }
        return sampler.Result();
    }
}
