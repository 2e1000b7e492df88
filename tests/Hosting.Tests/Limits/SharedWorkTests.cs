using System.Collections.Concurrent;
using TeeTee.Hosting.Limits;
using TeeTee.Hosting.Tests.Support;

namespace TeeTee.Hosting.Tests.Limits;

public sealed class SharedWorkTests
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(30);

    private readonly ManualClock _clock = new();
    private readonly ConcurrentQueue<(string Key, TaskCompletionSource<int> Done, CancellationToken Deadline)> _started = new();

    [Fact]
    public async Task GetAsync_EqualKeysWhileItRuns_ShareOnePiece()
    {
        SharedWork<string, int> work = Create(new SharedWorkLimits());

        Task<int>[] calls = [.. Enumerable.Range(0, 20).Select(_ => work.GetAsync("a", CancellationToken.None))];
        (await StartedAsync(1))[0].Done.SetResult(7);

        Assert.All(await Task.WhenAll(calls).WaitAsync(s_bound), value => Assert.Equal(7, value));
        Assert.Single(_started);
    }

    [Fact]
    public async Task GetAsync_WithinKeepTime_GivesTheKeptResultAndThenWorksAgain()
    {
        SharedWork<string, int> work = Create(new SharedWorkLimits { KeepFor = TimeSpan.FromSeconds(10) });
        await CompleteAsync(work, "a", 1);

        _clock.Advance(TimeSpan.FromSeconds(9));
        int kept = await work.GetAsync("a", CancellationToken.None).WaitAsync(s_bound);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, kept);
        Assert.Equal(2, await CompleteAsync(work, "a", 2));
    }

    [Fact]
    public async Task GetAsync_MoreThanMayRun_IsRefusedUntilOneEnds()
    {
        SharedWork<string, int> work = Create(new SharedWorkLimits { MostRunning = 2 });
        Task<int> first = work.GetAsync("a", CancellationToken.None);
        Task<int> second = work.GetAsync("b", CancellationToken.None);

        await Assert.ThrowsAsync<OverloadedException>(() => work.GetAsync("c", CancellationToken.None));
        var started = await StartedAsync(2);
        started.Single(s => s.Key == "a").Done.SetResult(1);
        Assert.Equal(1, await first.WaitAsync(s_bound));

        Assert.Equal(3, await CompleteAsync(work, "c", 3));
        started.Single(s => s.Key == "b").Done.SetResult(2);
        Assert.Equal(2, await second.WaitAsync(s_bound));
    }

    [Fact]
    public async Task GetAsync_FasterThanTheRate_IsRefusedAfterTheBurst()
    {
        SharedWork<string, int> work = Create(new SharedWorkLimits { MostRunning = 100, Burst = 3, PerSecond = 2 });
        for (int i = 0; i < 3; i++)
            await CompleteAsync(work, $"burst {i}", i);

        await Assert.ThrowsAsync<OverloadedException>(() => work.GetAsync("one more", CancellationToken.None));
        _clock.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Equal(9, await CompleteAsync(work, "half a second later", 9));
        await Assert.ThrowsAsync<OverloadedException>(() => work.GetAsync("one more", CancellationToken.None));
        Assert.Equal(0, await work.GetAsync("burst 0", CancellationToken.None).WaitAsync(s_bound));
    }

    [Fact]
    public async Task GetAsync_WorkFailed_TellsAllAndKeepsNothing()
    {
        SharedWork<string, int> work = Create(new SharedWorkLimits());
        Task<int>[] calls = [work.GetAsync("a", CancellationToken.None), work.GetAsync("a", CancellationToken.None)];

        (await StartedAsync(1))[0].Done.SetException(new IOException("planted"));

        foreach (Task<int> call in calls)
            Assert.Equal("planted", (await Assert.ThrowsAsync<IOException>(() => call.WaitAsync(s_bound))).Message);
        Assert.Equal(2, await CompleteAsync(work, "a", 2));
    }

    [Fact]
    public async Task GetAsync_OneCallerLeaves_TheOthersStillGetIt()
    {
        SharedWork<string, int> work = Create(new SharedWorkLimits());
        using CancellationTokenSource leaving = new();
        Task<int> leaver = work.GetAsync("a", leaving.Token);
        Task<int> stayer = work.GetAsync("a", CancellationToken.None);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver.WaitAsync(s_bound));
        (await StartedAsync(1))[0].Done.SetResult(5);

        Assert.Equal(5, await stayer.WaitAsync(s_bound));
    }

    [Fact]
    public async Task GetAsync_WorkHangsBeyondItsTime_TimesOutAndKeepsItsPlace()
    {
        SharedWork<string, int> work = Create(new SharedWorkLimits { MostRunning = 1, Timeout = TimeSpan.FromSeconds(3) });
        Task<int> hanging = work.GetAsync("a", CancellationToken.None);
        var started = (await StartedAsync(1))[0];

        _clock.Advance(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAsync<TimeoutException>(() => hanging.WaitAsync(s_bound));
        Assert.True(started.Deadline.IsCancellationRequested);
        await Assert.ThrowsAsync<OverloadedException>(() => work.GetAsync("a", CancellationToken.None));
        started.Done.SetResult(1);
        Task<int> next = await AdmittedAsync(work, "a");
        (await StartedAsync(2))[1].Done.SetResult(2);
        Assert.Equal(2, await next.WaitAsync(s_bound));
    }

    [Fact]
    public async Task GetAsync_MoreResultsThanAreKept_DropsTheOldest()
    {
        SharedWork<string, int> work = Create(new SharedWorkLimits { MostKept = 2, Burst = 100 });
        for (int i = 0; i < 3; i++)
            await CompleteAsync(work, $"{i}", i);

        Assert.Equal(2, await work.GetAsync("2", CancellationToken.None).WaitAsync(s_bound));
        Assert.Equal(1, await work.GetAsync("1", CancellationToken.None).WaitAsync(s_bound));
        Assert.Equal(50, await CompleteAsync(work, "0", 50));
    }

    private SharedWork<string, int> Create(SharedWorkLimits limits) => new(limits, (key, deadline) =>
    {
        TaskCompletionSource<int> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _started.Enqueue((key, done, deadline));
        return done.Task;
    }, _clock);

    private async Task<int> CompleteAsync(SharedWork<string, int> work, string key, int value)
    {
        int before = _started.Count;
        Task<int> call = work.GetAsync(key, CancellationToken.None);
        (await StartedAsync(before + 1))[before].Done.SetResult(value);
        return await call.WaitAsync(s_bound);
    }

    // The end of a piece that hung is seen a moment after the test has brought it about.
    private static async Task<Task<int>> AdmittedAsync(SharedWork<string, int> work, string key)
    {
        using CancellationTokenSource limit = new(s_bound);
        while (true)
        {
            Task<int> call = work.GetAsync(key, CancellationToken.None);
            if (!call.IsFaulted)
                return call;
            await Task.Delay(1, limit.Token);
        }
    }

    private async Task<(string Key, TaskCompletionSource<int> Done, CancellationToken Deadline)[]> StartedAsync(int count)
    {
        using CancellationTokenSource limit = new(s_bound);
        while (_started.Count < count)
            await Task.Delay(1, limit.Token);
        return [.. _started];
    }
}
