using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Tests.Kernels;

public class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_ManyJobs_RunsEveryItemOnce(int threads)
    {
        using WorkerPool pool = new(threads);
        for (int job = 0; job < 500; job++)
        {
            int[] runs = new int[job % 37];
            pool.Run(runs.Length, (item, worker) =>
            {
                Interlocked.Increment(ref runs[item]);
                Assert.InRange(worker, 0, threads - 1);
            });
            Assert.All(runs, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void RunOnEach_FourThreads_UsesFourThreads()
    {
        using WorkerPool pool = new(4);
        for (int round = 0; round < 50; round++)
        {
            int[] ids = new int[4];
            pool.RunOnEach(worker => ids[worker] = Environment.CurrentManagedThreadId);
            Assert.Equal(4, ids.Distinct().Count());
        }
    }

    [Fact]
    public void Run_SeveralItemsThrow_ThrowsLowestAndLives()
    {
        using WorkerPool pool = new(3);
        for (int round = 0; round < 50; round++)
        {
            InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => pool.Run(20, (item, _) =>
            {
                if (item is 7 or 13)
                    throw new InvalidOperationException($"{item}");
            }));
            Assert.Equal("7", exception.Message);
        }
        int sum = 0;
        pool.Run(10, (item, _) => Interlocked.Add(ref sum, item));
        Assert.Equal(45, sum);
    }

    [Fact]
    public async Task Run_ConcurrentCallers_ShareThePool()
    {
        using WorkerPool pool = new(2);
        Task<int>[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            int sum = 0;
            for (int round = 0; round < 200; round++)
                pool.Run(10, (item, _) => Interlocked.Add(ref sum, item));
            return sum;
        }))];
        int[] sums = await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.All(sums, sum => Assert.Equal(9000, sum));
    }

    [Fact]
    public void Run_AfterDispose_Throws()
    {
        WorkerPool pool = new(2);
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Run(4, (_, _) => { }));
    }

    [Fact]
    public void Run_WorkObject_AllocatesNothing()
    {
        using WorkerPool pool = new(2);
        Counting work = new(64);
        pool.Run(64, work);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int job = 0; job < 1000; job++)
            pool.Run(64, work);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.All(work.Runs, runs => Assert.Equal(1001, runs));
    }

    [Fact]
    public void Run_OneObjectForManySizes_RunsEachItemOfEachJob()
    {
        using WorkerPool pool = new(4);
        Counting work = new(40);
        int[] expected = new int[40];
        for (int job = 0; job < 20_000; job++)
        {
            pool.Run(job % 41, work);
            for (int item = 0; item < job % 41; item++)
                expected[item]++;
        }
        Assert.Equal(expected, work.Runs);
    }

    // Between the jobs the workers park, so every job must wake them: an item here waits for a second thread.
    [Fact]
    public void Run_ParkedWorkers_AreWoken()
    {
        using WorkerPool pool = new(2);
        for (int job = 0; job < 20; job++)
        {
            Thread.Sleep(2);
            using Barrier both = new(2);
            pool.Run(2, (_, _) => Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(30))));
        }
    }

    // The caller parks too while an item of another thread lasts.
    [Fact]
    public void Run_SlowItemOnWorker_IsWaitedFor()
    {
        using WorkerPool pool = new(2);
        for (int job = 0; job < 10; job++)
        {
            using Barrier both = new(2);
            bool ended = false;
            pool.Run(2, (_, worker) =>
            {
                both.SignalAndWait();
                if (worker == 1)
                {
                    Thread.Sleep(3);
                    Volatile.Write(ref ended, true);
                }
            });
            Assert.True(ended);
        }
    }

    [Fact]
    public void Run_BesideBusyThreads_Ends()
    {
        bool stop = false;
        Thread[] hogs = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() => SpinWait.SpinUntil(() => Volatile.Read(ref stop))))];
        Array.ForEach(hogs, hog => hog.Start());
        using WorkerPool pool = new(3);
        Counting work = new(16);
        for (int job = 0; job < 200; job++)
            pool.Run(16, work);
        Volatile.Write(ref stop, true);
        Array.ForEach(hogs, hog => hog.Join());
        Assert.All(work.Runs, runs => Assert.Equal(200, runs));
    }

    private sealed class Counting(int items) : IPoolWork
    {
        public int[] Runs { get; } = new int[items];

        public void Execute(int item, int worker) => Interlocked.Increment(ref Runs[item]);
    }
}
