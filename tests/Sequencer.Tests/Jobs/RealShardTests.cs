using Microsoft.Extensions.DependencyInjection;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Tests.Support;
using FinishReason = TeeTee.Rollup.Messages.FinishReason;

namespace TeeTee.Sequencer.Tests.Jobs;

/// <summary>The sequencer over two real shards that compute the bundled model and sign for it.</summary>
public sealed class RealShardTests
{
    [Fact]
    public async Task Job_LastShardKilledInMidAnswer_IsTheOfflineAnswerAndChargedOnce()
    {
        uint[] expected = RealPipeline.OfflineAnswer();
        await using RealPipeline pipeline = await RealPipeline.StartAsync();
        await using SequencerHost host = await SequencerHost.StartAsync(pipeline.Options(), CancellationToken.None).Within();
        ShardPool pool = host.Services.GetRequiredService<ShardPool>();
        await BoundedWait.UntilAsync(() => pool.PipelineOf(pipeline.ModelId) is not null);
        using HttpClient http = new() { BaseAddress = host.Address, Timeout = Timeout.InfiniteTimeSpan };
        HttpJobClient jobs = new(http, TimeSpan.Zero, TimeProvider.System);
        JobRequest request = pipeline.Request(1);
        JobSubmission submission = new(request, TestWorld.Domain.Sign(request, TestWorld.User).Signature, [.. RealPipeline.Prompt]);

        List<JobEvent> events = [];
        using CancellationTokenSource bound = new(BoundedWait.Limit);
        await foreach (JobEvent item in jobs.SubmitAsync(submission, bound.Token))
        {
            events.Add(item);
            if (item is JobTokens && events.OfType<JobTokens>().Count() == 1)
                await pipeline.RestartShardAsync(1);
        }

        JobFinished finished = Assert.IsType<JobFinished>(events[^1]);
        Assert.Equal(expected, TestSequencer.TokensOf(events));
        Assert.Equal((FinishReason.Length, (uint)RealPipeline.OutputTokens), (finished.Finish, finished.OutputTokens));
        Assert.Equal(TokenCommitment.Root([.. RealPipeline.Prompt, .. expected]), finished.TokensRoot);
        AccountInfo account = await jobs.GetAccountAsync(TestWorld.User.Address, bound.Token);
        Assert.Equal((finished.Fee, (UInt128)0), (account.Spent, account.Held));
    }
}
