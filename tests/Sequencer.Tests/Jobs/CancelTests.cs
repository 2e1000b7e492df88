using TeeTee.Gateway.Jobs;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Jobs;
using TeeTee.Sequencer.Storage;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Jobs;

/// <summary>A job ends at exactly the count that its user signed, or as it would have.</summary>
public sealed class CancelTests
{
    [Fact]
    public async Task Cancel_RunningJob_EndsAndChargesTheSignedCount()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Always = new ShardPlan { HoldAt = 3 };
        JobRequest request = TestWorld.Request(1);
        Task<List<JobEvent>> running = test.RunAsync(request);
        await Streamed(test, request, 3);

        Assert.Equal(CancelOutcome.Accepted, await CancelAsync(test, TestWorld.Cancellation(request, 3)));
        JobFinished finished = Assert.IsType<JobFinished>((await running.Within())[^1]);
        Assert.Equal((FinishReason.Cancelled, 3u, TestWorld.Fee(request, 3)), (finished.Finish, finished.OutputTokens, finished.Fee));
        Assert.Equal(3u, test.JobOf(request).Cancel!.Message.OutputTokens);
        Assert.Equal(new UserTotals(1, TestWorld.Fee(request, 3), 0), test.Totals());
        Assert.Equal(CancelOutcome.TooLate, await CancelAsync(test, TestWorld.Cancellation(request, 3)));
    }

    [Fact]
    public async Task Cancel_BelowWhatWasStreamed_IsTooLate()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        ShardPlan plan = new() { HoldAt = 3 };
        test.First.Plans.Enqueue(plan);
        JobRequest request = TestWorld.Request(1);
        Task<List<JobEvent>> running = test.RunAsync(request);
        await Streamed(test, request, 3);

        Assert.Equal(CancelOutcome.TooLate, await CancelAsync(test, TestWorld.Cancellation(request, 2)));
        Assert.Equal(0, test.First.Cancels);
        plan.Gate.SetResult();
        Assert.Equal(FinishReason.Stop, Assert.IsType<JobFinished>((await running.Within())[^1]).Finish);
        Assert.Null(test.JobOf(request).Cancel);
    }

    [Fact]
    public async Task Cancel_WrongSignerCountOrJob_IsRefused()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Always = new ShardPlan { HoldAt = 3 };
        JobRequest request = TestWorld.Request(1);
        using JobStream stream = await test.Jobs.SubmitAsync(TestWorld.Submission(request), CancellationToken.None).Within();

        await BoundedWait.RefusedAsync("bad_signature", () => CancelAsync(test, TestWorld.Cancellation(request, 3, TestWorld.Stranger)));
        await BoundedWait.RefusedAsync("invalid_request", () => CancelAsync(test, TestWorld.Cancellation(request, 0)));
        await BoundedWait.RefusedAsync("not_found", () => CancelAsync(test, TestWorld.Cancellation(TestWorld.Request(2), 3)));
        Assert.Equal(JobState.Running, test.JobOf(request).State);
    }

    [Fact]
    public async Task Cancel_ThenRestart_IsRepeatedAtTheShard()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Always = new ShardPlan { HoldAt = 3 };
        JobRequest request = TestWorld.Request(1);
        using (JobStream stream = await test.Jobs.SubmitAsync(TestWorld.Submission(request), CancellationToken.None).Within())
        {
            await Streamed(test, request, 3);
            test.Store.SaveCancel(new Signed<CancelJob>(TestWorld.Cancellation(request, 4).Cancel, TestWorld.Cancellation(request, 4).Signature));
        }
        test.First.Always = new ShardPlan { HoldAt = 4 };
        await test.RestartAsync();

        JobFinished finished = Assert.IsType<JobFinished>((await test.RunAsync(request))[^1]);
        Assert.Equal((FinishReason.Cancelled, 4u), (finished.Finish, finished.OutputTokens));
    }

    private static Task<CancelOutcome> CancelAsync(TestSequencer test, JobCancellation cancellation) =>
        test.Client.CancelAsync(cancellation, CancellationToken.None).Within();

    private static Task Streamed(TestSequencer test, JobRequest request, uint count) =>
        BoundedWait.UntilAsync(() => test.Jobs.Status(TestWorld.Domain.Digest(request))?.OutputTokens == count);
}
