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
}
