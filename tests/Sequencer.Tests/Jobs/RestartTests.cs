using TeeTee.Gateway.Jobs;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Jobs;
using TeeTee.Sequencer.Storage;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Jobs;

/// <summary>A sequencer that ends at any moment loses nothing that it accepted and charges nothing twice.</summary>
public sealed class RestartTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_InMidStream_ContinuesWhereTheClientWas(bool graceful)
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Plans.Enqueue(new ShardPlan { HoldAt = 3 });
        JobRequest request = TestWorld.Request(1);
        uint[] before = await ReadAsync(test, request, 3);
        await test.RestartAsync(graceful);
        List<JobEvent> events = await test.RunAsync(TestWorld.Submission(request, resumeFrom: 3));

        Assert.True(Assert.IsType<JobAccepted>(events[0]).Resumed);
        Assert.Equal(TestWorld.Output(request, 5), before.Concat(TestSequencer.TokensOf(events)));
        Assert.IsType<JobFinished>(events[^1]);
        Assert.Equal(new UserTotals(1, 87, 0), test.Totals());
    }

    [Fact]
    public async Task Restart_AfterTheAnswer_ReplaysItFromTheFile()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        List<JobEvent> before = await test.RunAsync(TestWorld.Request(1));
        await test.RestartAsync();
        List<JobEvent> after = await test.RunAsync(TestWorld.Request(1));

        Assert.Equal(JobEventReader.DataOf(before[^1]), JobEventReader.DataOf(after[^1]));
        Assert.Equal((1, (UInt128)87), (test.First.Opens, test.Totals().Charged));
        await BoundedWait.RefusedAsync("nonce_used", () => test.RunAsync(TestWorld.Request(1) with { MaxOutputTokens = 4 }));
    }

    [Fact]
    public async Task Restart_WithoutAClient_RunsTheJobAllTheSame()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Plans.Enqueue(new ShardPlan { HoldAt = 0 });
        JobRequest request = TestWorld.Request(1);
        using (JobStream stream = await test.Jobs.SubmitAsync(TestWorld.Submission(request), CancellationToken.None).Within())
            await BoundedWait.UntilAsync(() => test.First.Opens == 1);
        await test.RestartAsync();
        await BoundedWait.UntilAsync(() => test.JobOf(request).State == JobState.Answered);
        Assert.Equal(new UserTotals(1, 87, 0), test.Totals());
    }

    [Fact]
    public async Task Stop_WithRunningJobs_KeepsThemAndEndsTheStreams()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Always = new ShardPlan { HoldAt = 2 };
        JobRequest request = TestWorld.Request(1);
        Task<List<JobEvent>> running = test.RunAsync(request);
        await BoundedWait.UntilAsync(() => test.First.Opens == 1);
        JobService jobs = test.Jobs;
        JobStore store = test.Store;
        await test.Host.StopAsync(CancellationToken.None).Within();

        await Assert.ThrowsAsync<JobApiException>(() => running.Within());
        Assert.Equal(JobState.Running, Assert.Single(store.Running()).State);
        await BoundedWait.RefusedAsync("overloaded", () => jobs.SubmitAsync(TestWorld.Submission(TestWorld.Request(2)), CancellationToken.None));
    }

    [Fact]
    public async Task Restart_AtRandomMoments_ChargesEachJobOnce()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        Random random = new(7);
        for (ulong nonce = 1; nonce <= 6; nonce++)
        {
            int hold = random.Next(6);
            test.First.Plans.Enqueue(new ShardPlan { HoldAt = hold });
            uint[] before = await ReadAsync(test, TestWorld.Request(nonce), hold);
            // A job that was not opened before the restart must not be held after it.
            test.First.Plans.Clear();
            await test.RestartAsync(graceful: random.Next(2) == 0);
            List<JobEvent> events = await test.RunAsync(TestWorld.Submission(TestWorld.Request(nonce), resumeFrom: (uint)hold));
            Assert.Equal(TestWorld.Output(TestWorld.Request(nonce), 5), before.Concat(TestSequencer.TokensOf(events)));
        }
        Assert.Equal(new UserTotals(6, 6 * 87, 0), test.Totals());
    }

    private static async Task<uint[]> ReadAsync(TestSequencer test, JobRequest request, int count)
    {
        List<uint> tokens = [];
        using CancellationTokenSource bound = new(BoundedWait.Limit);
        await foreach (JobEvent item in test.Client.SubmitAsync(TestWorld.Submission(request), bound.Token))
        {
            if (item is JobTokens chunk)
                tokens.AddRange(chunk.Tokens!.Value);
            if (tokens.Count >= count)
                break;
        }
        return [.. tokens];
    }
}
