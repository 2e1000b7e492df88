using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Faults;
using TeeTee.Inference.Engine;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Faults;

/// <summary>A shard that cheats on purpose: it signs what it computed, its neighbours notice nothing, and the first wrong leaf is where it was told.</summary>
public sealed class ShardFaultTests
{
    private const int PromptLength = 9;
    private const int Outputs = 6;

    public static TheoryData<FaultKind> Computing =>
    [
        FaultKind.ActivationBit, FaultKind.KvBit, FaultKind.SkipLayer, FaultKind.RandomTraceLeaf, FaultKind.RandomRootInReveal, FaultKind.RevealOffLeaf,
        FaultKind.WithholdReveal, FaultKind.WithholdAnswer, FaultKind.GarbageUpstream, FaultKind.SelfChallenge,
    ];

    public static TheoryData<DisputeOperator> LayerOperators => [.. Enum.GetValues<DisputeOperator>()
        .Where(kind => kind is >= DisputeOperator.Embedding and <= DisputeOperator.FeedForwardResidual)];

    [Theory]
    [MemberData(nameof(Computing))]
    public async Task OpenJob_Fault_StrikesAtItsPositionAndShardAlone(FaultKind kind)
    {
        await using FaultyCluster test = await FaultyCluster.StartAsync(new Fault(kind) { Position = 4, Seed = 3 });

        int first = await test.FirstDifferenceAsync();
        test.Switch.Active = null;
        int switchedOff = await test.FirstDifferenceAsync();

        Assert.Equal((4, -1), (first, switchedOff));
    }

    [Theory]
    [MemberData(nameof(LayerOperators))]
    public async Task OpenJob_ActivationBitOfAnyOperator_ChangesWhatIsCommitted(DisputeOperator kind)
    {
        await using FaultyCluster test = await FaultyCluster.StartAsync(
            new Fault(FaultKind.ActivationBit) { Position = 4, Operator = (int)kind, Seed = 1 }, faulty: 0);

        Assert.Equal(4, await test.FirstDifferenceAsync());
    }

    [Theory]
    [InlineData(FaultKind.WeightBit)]
    [InlineData(FaultKind.OtherLayer)]
    public async Task OpenJob_OtherWeights_StrikeFromTheFirstPosition(FaultKind kind)
    {
        await using FaultyCluster test = await FaultyCluster.StartAsync(new Fault(kind) { Seed = 5 });

        Assert.Equal(0, await test.FirstDifferenceAsync());
    }

    [Fact]
    public async Task OpenJob_WrongSampling_PicksAnotherTokenFromRightLogits()
    {
        await using FaultyCluster test = await FaultyCluster.StartAsync(new Fault(FaultKind.WrongSampling) { Seed = 2 });
        TestJob job = TestJob.Create(TestModel.Prompt(PromptLength), Outputs);

        JobRun run = await test.Cluster.RunAsync(job).Bound();

        OfflineRunResult honest = TestModel.Run(job.Prompt, Outputs, 2, job.Sampling);
        Assert.NotEqual(honest.OutputTokens[0], run.Tokens[0]);
        Assert.Equal(honest.Traces[1].Leaves.Take(PromptLength), FaultyCluster.LeavesOf(run, 1).Take(PromptLength));
    }

    [Fact]
    public async Task OpenJob_RandomTraceLeaf_StillOpensAndMeets()
    {
        await using FaultyCluster test = await FaultyCluster.StartAsync(new Fault(FaultKind.RandomTraceLeaf) { Position = 4 });

        JobFinished finished = (await test.Cluster.RunAsync(TestJob.Create(TestModel.Prompt(PromptLength), Outputs)).Bound()).Require();

        Assert.Null(TraceOpenings.FindUnopened(finished.Shards[1].Leaves.Span, finished.Shards[1].Openings.Span));
        Assert.Null(TraceOpenings.FindGap(finished.Shards[0].Openings.Span, finished.Shards[1].Openings.Span));
    }

    [Fact]
    public async Task OpenJob_WrongBoundary_IsNoticedByAnHonestFirstSlotOnly()
    {
        Fault fault = new(FaultKind.WrongBoundary) { Position = 4 };
        await using FaultyCluster alone = await FaultyCluster.StartAsync(fault);
        JobRun refused = await alone.Cluster.RunAsync(TestJob.Create(TestModel.Prompt(PromptLength), Outputs)).Bound();
        await using FaultyCluster together = await FaultyCluster.StartAsync(fault, faulty: null);

        JobFinished finished = (await together.Cluster.RunAsync(TestJob.Create(TestModel.Prompt(PromptLength), Outputs)).Bound()).Require();

        Assert.Equal((JobFailure.BoundaryMismatch, Cluster.SlotId(1)), (refused.Failed!.Code, refused.Failed.SlotId));
        Assert.Equal(4, TraceOpenings.FindGap(finished.Shards[0].Openings.Span, finished.Shards[1].Openings.Span));
    }

    [Fact]
    public async Task OpenJob_RunPastStop_GoesOnToTheLimit()
    {
        await using FaultyCluster test = await FaultyCluster.StartAsync(new Fault(FaultKind.RunPastStop), faulty: null);
        uint[] prompt = TestModel.Prompt(PromptLength);
        uint stop = TestModel.Run(prompt, Outputs, 2, Inference.Sampling.SamplingParameters.MostLikely).OutputTokens[1];

        JobFinished finished = (await test.Cluster.RunAsync(TestJob.Create(prompt, Outputs, r => r with { StopTokens = [stop] })).Bound()).Require();

        Assert.Equal((Finish.Length, (uint)Outputs), (finished.Finish, finished.OutputTokens));
    }

    [Fact]
    public async Task OpenJob_Truncate_EndsBeforeTheLimit()
    {
        await using FaultyCluster test = await FaultyCluster.StartAsync(new Fault(FaultKind.Truncate), faulty: null);

        JobFinished finished = (await test.Cluster.RunAsync(TestJob.Create(TestModel.Prompt(PromptLength), Outputs)).Bound()).Require();

        Assert.Equal((Finish.Length, Outputs / 2u), (finished.Finish, finished.OutputTokens));
    }

    [Theory]
    [InlineData("not for development")]
    [InlineData("production contract")]
    [InlineData("chain with value")]
    [InlineData("chain down")]
    public async Task Start_FaultsOutsideOfDevelopment_AreRefused(string where)
    {
        FakeChain chain = new() { IsDevelopment = where != "production contract" };

        FailureException refused = await Assert.ThrowsAsync<FailureException>(() => Cluster.StartAsync(
            1, options => Change(options, where, chain), chain));

        Assert.Equal("fault_refused", refused.Code);
    }

    private static ShardNodeOptions Change(ShardNodeOptions options, string where, FakeChain chain)
    {
        chain.IsDown = where == "chain down";
        return options with
        {
            Faults = new FaultSwitch(),
            InsecureDevelopment = where != "not for development",
            ChainId = where == "chain with value" ? 8453 : options.ChainId,
        };
    }

    /// <summary>Two shards of which one cheats, or both.</summary>
    private sealed class FaultyCluster : IAsyncDisposable
    {
        private readonly int _faulty;

        private FaultyCluster(Cluster cluster, FaultSwitch active, int faulty) => (Cluster, Switch, _faulty) = (cluster, active, faulty);

        public Cluster Cluster { get; }

        public FaultSwitch Switch { get; }

        public static async Task<FaultyCluster> StartAsync(Fault fault, int? faulty = 1)
        {
            FaultSwitch active = new(fault);
            Cluster cluster = await Cluster.StartAsync(2, options => faulty is null || (options.FirstLayer > 0) == (faulty == 1)
                ? options with { Faults = active, InsecureDevelopment = true }
                : options);
            return new FaultyCluster(cluster, active, faulty ?? 1);
        }

        public static Bytes32[] LeavesOf(JobRun run, int shard) =>
            WireMessages.TryReadHashes(run.Require().Shards[shard].Leaves.Span, out Bytes32[]? leaves) ? leaves : [];

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();

        /// <summary>The first position at which the cheat signed another leaf than an honest shard, or -1; before it the neighbour signs as ever.</summary>
        public async Task<int> FirstDifferenceAsync()
        {
            TestJob job = TestJob.Create(TestModel.Prompt(PromptLength), Outputs);
            JobRun run = await Cluster.RunAsync(job).Bound();
            OfflineRunResult honest = TestModel.Run(job.Prompt, Outputs, 2, job.Sampling);
            Bytes32[] signed = LeavesOf(run, _faulty);
            int first = Enumerable.Range(0, PromptLength).FirstOrDefault(p => signed[p] != honest.Traces[_faulty].Leaves[p], -1);
            int same = first < 0 ? PromptLength : first;
            Assert.Equal(honest.Traces[1 - _faulty].Leaves.Take(same), LeavesOf(run, 1 - _faulty).Take(same));
            return first;
        }
    }
}
