using TeeTee.Inference.Kernels;

namespace TeeTee.Bench.Kernels;

/// <summary>What a dispatch costs when both threads are awake, and when one of them has to be woken.</summary>
internal static class PoolBench
{
    public static void Run()
    {
        Rounds rounds = new(9, "ns per dispatch");
        using WorkerPool pool = new(2);
        Nothing nothing = new();
        foreach (int items in (int[])[2, 16, 64])
        {
            rounds.Add($"pool, 2 threads, {items} empty items", 20_000, () =>
            {
                for (int i = 0; i < 20_000; i++)
                    pool.Run(items, nothing);
            });
        }
        rounds.Add("pool, 2 threads, 16 items, after 1 ms idle", 50, () =>
        {
            for (int i = 0; i < 50; i++)
            {
                Thread.Sleep(1);
                pool.Run(16, nothing);
            }
        });
        rounds.Add("(the sleep alone)", 50, () =>
        {
            for (int i = 0; i < 50; i++)
                Thread.Sleep(1);
        });
        rounds.Run(perUnit: true);
    }

    private sealed class Nothing : IPoolWork
    {
        public void Execute(int item, int worker)
        {
        }
    }
}
