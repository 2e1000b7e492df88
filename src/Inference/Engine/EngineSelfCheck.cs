using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Engine;

/// <summary>
/// Golden bits of every operator, computed on every worker thread with every kernel that this machine can run.
/// Catches a processor, runtime, library or kernel that rounds otherwise or flushes subnormals; a shard refuses to serve on any difference.
/// </summary>
public static class EngineSelfCheck
{
    /// <summary>Names of the operators that are checked.</summary>
    public static IReadOnlyList<string> Operators { get; } = [.. SelfCheckCase.All.Select(item => item.Operator)];

    /// <summary>Checks that many fresh threads, the caller's included.</summary>
    /// <returns>All differences; empty where the machine is fit.</returns>
    public static IReadOnlyList<SelfCheckDifference> Run(int threads)
    {
        using WorkerPool pool = new(threads);
        return Run(pool, KernelSet.All);
    }

    /// <summary>Checks the very threads that compute for a loaded model.</summary>
    /// <returns>All differences; empty where the machine is fit.</returns>
    public static IReadOnlyList<SelfCheckDifference> Run(ShardModel model) => Run(model.Pool, [model.Kernels, .. KernelSet.All]);

    internal static IReadOnlyList<SelfCheckDifference> Run(WorkerPool pool, IReadOnlyList<KernelSet> kernels)
    {
        List<SelfCheckDifference>[] found = new List<SelfCheckDifference>[pool.Threads];
        pool.RunOnEach(worker => found[worker] = [.. kernels.SelectMany(set => Check(set, worker))]);
        return [.. found.SelectMany(list => list)];
    }

    private static IEnumerable<SelfCheckDifference> Check(KernelSet kernels, int worker)
    {
        foreach (SelfCheckCase item in SelfCheckCase.All)
        {
            ulong actual = item.Compute(kernels);
            if (actual != item.Golden)
                yield return new SelfCheckDifference(worker, kernels.Name, item.Operator, item.Golden, actual);
        }
    }
}
