using TeeTee.Ethereum;
using TeeTee.Inference.Engine;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Jobs;

public sealed class PipelineTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task OpenJob_OverShards_EqualsOfflineRunner(int shards)
    {
        await using Cluster cluster = await Cluster.StartAsync(shards, options => options with
        {
            // Small frames and window, so that credit and slicing are at work.
            Limits = options.Limits with { MaxPositionsPerFrame = 7, WindowPositions = 9 },
        });
        TestJob job = TestJob.Create(TestModel.Prompt(40), 20);

        JobRun run = await cluster.RunAsync(job).Bound();

        OfflineRunResult expected = TestModel.Run(job.Prompt, 20, shards, job.Sampling);
        AssertEqual(cluster, job, run, expected);
        Assert.Equal(Finish.Length, run.Require().Finish);
        Assert.False(run.Accepted!.Resumed);
    }

    [Fact]
    public async Task OpenJob_SeveralAtOnce_EachEqualsOfflineRunner()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob[] jobs = [.. Enumerable.Range(0, 6).Select(i => TestJob.Create(
            TestModel.Prompt(5 + (4 * i), (uint)i), (uint)(10 + i), i % 2 == 0 ? null : r => r with { Sampling = TestJob.Warm((byte)i) }))];

        JobRun[] runs = await Task.WhenAll(jobs.Select(job => cluster.RunAsync(job))).Bound();

        for (int i = 0; i < jobs.Length; i++)
            AssertEqual(cluster, jobs[i], runs[i], TestModel.Run(jobs[i].Prompt, 10 + i, 2, jobs[i].Sampling));
    }

    [Fact]
    public async Task OpenJob_StopToken_EndsThereAndCountsIt()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        uint[] prompt = TestModel.Prompt(12);
        OfflineRunResult free = TestModel.Run(prompt, 20, 2, Inference.Sampling.SamplingParameters.MostLikely);
        uint stop = free.OutputTokens[5];
        int expected = free.OutputTokens.ToList().IndexOf(stop) + 1;

        JobRun run = await cluster.RunAsync(TestJob.Create(prompt, 20, r => r with { StopTokens = [stop] })).Bound();

        Assert.Equal(Finish.Stop, run.Require().Finish);
        Assert.Equal(free.OutputTokens.Take(expected), run.Tokens);
    }

    [Fact]
    public async Task OpenJob_FeeLimit_StopsBeforeItWouldPass()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        // 10 prompt tokens at 1 wei leave 9 wei for outputs at 2 wei: four of them.
        TestJob job = TestJob.Create(TestModel.Prompt(10), 20, r => r with { MaxFee = 19 });

        JobRun run = await cluster.RunAsync(job).Bound();

        Assert.Equal(4u, run.Require().OutputTokens);
        Assert.Equal(Finish.Length, run.Finished!.Finish);
    }

    [Fact]
    public async Task OpenJob_Again_AttachesAndReplaysFromAnyPlace()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob job = TestJob.Create(TestModel.Prompt(9), 30);

        JobRun[] first = await Task.WhenAll(cluster.RunAsync(job), cluster.RunAsync(job), cluster.RunAsync(job, 3)).Bound();
        JobRun later = await cluster.RunAsync(job, 11).Bound();

        Assert.Equal(first[0].Tokens, first[1].Tokens);
        Assert.Equal(first[0].Tokens.Skip(3), first[2].Tokens);
        Assert.Equal(first[0].Tokens.Skip(11), later.Tokens);
        Assert.True(later.Accepted!.Resumed);
        Assert.Equal(first[0].Require(), later.Require());
        Assert.Equal(1, first.Count(run => !run.Accepted!.Resumed));
    }

    internal static void AssertEqual(Cluster cluster, TestJob job, JobRun run, OfflineRunResult expected)
    {
        JobFinished finished = run.Require();
        uint[] all = [.. expected.PromptTokens, .. expected.OutputTokens];
        Assert.Equal(expected.OutputTokens, run.Tokens);
        Assert.Equal(WireMessages.EncodeTokens(all), finished.Tokens.ToByteArray());
        Assert.Equal(TokenCommitment.Root(all).ToArray(), finished.TokensRoot.ToByteArray());
        Assert.Equal(cluster.Hosts.Length, finished.Shards.Count);
        for (int i = 0; i < finished.Shards.Count; i++)
        {
            Assert.Equal(WireMessages.EncodeHashes(expected.Traces[i].Leaves), finished.Shards[i].Leaves.ToByteArray());
            Assert.True(WireMessages.TryRead(finished.Shards[i].Receipt, out Signed<ShardReceipt>? receipt));
            Assert.Equal(cluster.Hosts[i].SigningKey, Cluster.Domain.Signer(receipt, Secp256k1Recovery.Instance));
            Assert.Equal(expected.TraceRoots[i], receipt.Message.TraceRoot);
            Assert.Equal((job.JobId, Cluster.SlotId(i), cluster.Operators[i], (uint)expected.Positions),
                (receipt.Message.JobId, receipt.Message.Slot, receipt.Message.Operator, receipt.Message.Positions));
        }
    }
}
