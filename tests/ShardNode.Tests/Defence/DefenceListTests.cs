using TeeTee.Hosting.Faults;
using TeeTee.Inference.Models;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Defence;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Defence;

/// <summary>What a shard computes again from its disk is what it signed, honest or not: nothing else could be revealed.</summary>
public sealed class DefenceListTests
{
    private const int PromptLength = 9;
    private const uint Outputs = 4;

    public static TheoryData<FaultKind> Cheats =>
    [
        FaultKind.ActivationBit, FaultKind.KvBit, FaultKind.SkipLayer, FaultKind.WeightBit, FaultKind.OtherLayer, FaultKind.WrongSampling,
        FaultKind.GarbageUpstream, FaultKind.WithholdAnswer,
    ];

    public static TheoryData<DisputeOperator> Operators =>
        [.. Enum.GetValues<DisputeOperator>().Where(kind => kind is >= DisputeOperator.AttentionNorm and <= DisputeOperator.Logits)];

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task Make_HonestShardOfAnyJob_GivesEveryLeafAndThePick(int shard, bool isSealed)
    {
        await using Cluster cluster = await Cluster.StartAsync(2, options => options with { AllowPlainSealedJobs = true });
        TestJob job = isSealed ? TestJob.CreateSealed(TestModel.Prompt(PromptLength), Outputs) : TestJob.Create(TestModel.Prompt(PromptLength), Outputs);
        JobFinished finished = await RunAsync(cluster, job);
        SlotResult signed = SlotResult.Read(finished.Shards[shard]);

        for (uint p = 0; p < signed.Receipt.Message.Positions; p += 2)
        {
            DefenceList list = Make(cluster, shard, job, signed, p);
            AssertLeaf(signed, p, list);
            Assert.Equal(shard == 1 && p >= PromptLength - 1, list.HasPick);
            if (list.Token is { } page)
                Assert.Equal(isSealed ? 32 : 0, page.Content.Length % (4 * (int)(signed.Receipt.Message.Positions + 1)));
        }
    }

    [Theory]
    [MemberData(nameof(Cheats))]
    public async Task Make_CheatingShard_GivesWhatItSigned(FaultKind kind)
    {
        await using FaultPair test = await FaultPair.StartAsync(new Fault(kind) { Seed = 2 });
        SlotResult signed = SlotResult.Read(test.Finished.Shards[1]);

        DefenceList list = Make(test.Cluster, 1, test.Job, signed, PromptLength - 1);

        AssertLeaf(signed, PromptLength - 1, list);
        if (kind == FaultKind.WrongSampling)
            Assert.True(WinnerOf(list.Pick) == OutputOf(test.Finished, 0), "The bests do not lead to the token that was picked.");
    }

    [Theory]
    [MemberData(nameof(Operators))]
    public async Task Make_AnyOperatorAltered_LeavesTheHonestListFirstAtThatOperator(DisputeOperator kind)
    {
        await using FaultPair test = await FaultPair.StartAsync(new Fault(FaultKind.ActivationBit) { Operator = (int)kind });
        SlotResult signed = SlotResult.Read(test.Finished.Shards[1]);

        DefenceList altered = Make(test.Cluster, 1, test.Job, signed, PromptLength - 1);
        DefenceList honest = Make(test.Cluster, 1, test.Job, signed, PromptLength - 1, honest: true);

        AssertLeaf(signed, PromptLength - 1, altered);
        EntryPlace first = new OperatorEntries(altered.Groups).FirstDifference(new OperatorEntries(honest.Groups))!.Value;
        Assert.Equal(kind, Context(test.Cluster, 1, test.Job, signed, PromptLength - 1).Layout().PlaceOf(first.Group, first.Index).Operator);
    }

    [Fact]
    public async Task Make_RandomRootInReveal_LiesAtOneEntryAlone()
    {
        await using FaultPair test = await FaultPair.StartAsync(new Fault(FaultKind.RandomRootInReveal));
        SlotResult signed = SlotResult.Read(test.Finished.Shards[1]);
        DefenceList lying = Make(test.Cluster, 1, test.Job, signed, PromptLength - 1);

        EntryPlace place = Context(test.Cluster, 1, test.Job, signed, PromptLength - 1).Layout().Locate(1, DisputeOperator.AttentionOutput, 0);
        Assert.NotEqual(Sha256Segment(lying.Answer(place.Group, place.Index)), lying.Groups[place.Group][place.Index]);
        AssertLeaf(signed, PromptLength - 1, lying);
    }

    [Fact]
    public async Task Make_GarbageFromAbove_TheHonestShardBelowStillGivesWhatItSigned()
    {
        await using FaultPair test = await FaultPair.StartAsync(new Fault(FaultKind.GarbageUpstream), faulty: 0);
        SlotResult signed = SlotResult.Read(test.Finished.Shards[1]);

        AssertLeaf(signed, PromptLength - 1, Make(test.Cluster, 1, test.Job, signed, PromptLength - 1));
    }

    [Fact]
    public async Task TryFind_InputsGone_SaysSo()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob job = TestJob.Create(TestModel.Prompt(PromptLength), Outputs);
        SlotResult signed = SlotResult.Read((await RunAsync(cluster, job)).Shards[1]);
        foreach (string file in Directory.GetFiles(Path.Combine(cluster.StateFolder(1), "inputs")))
            File.Delete(file);

        Assert.False(cluster.Hosts[1].Services.Evidence.TryFind(Context(cluster, 1, job, signed, 3), out _, out string cause));
        Assert.Contains("file of inputs", cause, StringComparison.Ordinal);
        DisputeContext other = Context(cluster, 1, job, signed, 3) with { TraceRoot = Bytes32.Zero };
        Assert.False(cluster.Hosts[1].Services.Evidence.TryFind(other, out _, out cause));
        Assert.Contains("no receipt", cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 3)]
    [InlineData(200, 1)]
    [InlineData(1, 1)]
    public void Take_Groups_FitOrGoAlone(int entries, int expected)
    {
        Bytes32[][] groups = [.. Enumerable.Range(0, 3).Select(_ => new Bytes32[entries])];

        Assert.Equal(expected, RevealPlan.Take(groups, 0, entries == 1 ? 0 : 7_000));
    }

    private static void AssertLeaf(SlotResult signed, uint position, DefenceList list)
    {
        Bytes32 leaf = TraceCommitment.Leaf(position, list.Opening.HInRoot, list.Opening.HOutRoot, list.Opening.KvRoot);
        Assert.Equal(new Bytes32(signed.Leaves.Span.Slice((int)position * 32, 32)), leaf);
        Assert.True(TraceCommitment.Verify(signed.Receipt.Message.TraceRoot, signed.Receipt.Message.Positions, position, leaf, list.Opening.Path));
    }

    private static DefenceList Make(Cluster cluster, int shard, TestJob job, SlotResult signed, uint position, bool honest = false)
    {
        DisputeContext context = Context(cluster, shard, job, signed, position);
        Assert.True(cluster.Hosts[shard].Services.Evidence.TryFind(context, out DefenceMaterial? material, out string cause), cause);
        using (material)
        {
            DefenceMaterial used = honest
                ? new DefenceMaterial
                {
                    Model = material.Model, HiddenIn = material.HiddenIn, Tokens = material.Tokens, Salts = material.Salts,
                    Leaves = HonestLeaves(job, shard),
                }
                : material;
            (DefenceList? list, cause) = DefenceList.Make(context, used, CancellationToken.None);
            Assert.True(list is not null, cause);
            return list;
        }
    }

    private static IReadOnlyList<Bytes32> HonestLeaves(TestJob job, int shard) =>
        TestModel.Run(job.Prompt, (int)Outputs, 2, job.Sampling).Traces[shard].Leaves;

    private static DisputeContext Context(Cluster cluster, int shard, TestJob job, SlotResult signed, uint position)
    {
        using CanonicalModel model = CanonicalModel.Import(TestModel.Path);
        Inference.Models.ModelConfig c = model.Config;
        Slot slot = cluster.Hosts[shard].Services.Self.Slot;
        return new DisputeContext
        {
            BatchIndex = 1,
            BatchHash = Bytes32.Zero,
            Leaf = 0,
            Shard = (uint)shard,
            Position = position,
            Positions = signed.Receipt.Message.Positions,
            Slot = slot.SlotId,
            Operator = slot.Operator,
            ModelId = slot.ModelId,
            WeightsRoot = Bytes32.Zero,
            Config = new DisputeModel(
                (uint)c.Architecture, (uint)c.VocabularySize, (uint)c.EmbeddingLength, (uint)c.FeedForwardLength, (uint)c.LayerCount, (uint)c.HeadCount, (uint)c.KvHeadCount,
                (uint)c.HeadDimension, (uint)c.RopeDimensions, (uint)c.ContextLength, c.RmsEpsilonBits, c.AttentionScaleBits, (uint)c.RopePairing, c.TiedOutput),
            FirstLayer = slot.FirstLayer,
            LayerCount = slot.LayerCount,
            TokensRoot = signed.Receipt.Message.TokensRoot,
            TraceRoot = signed.Receipt.Message.TraceRoot,
            PromptTokens = PromptLength,
            Sampling = job.Signed.Message.Sampling,
            IsSealed = job.DataKey is not null,
        };
    }

    private static async Task<JobFinished> RunAsync(Cluster cluster, TestJob job)
    {
        TestJob sent = job.DataKey is null ? job : job.SealTo(out _, cluster.Hosts[0].EncryptionKey);
        return (await cluster.RunAsync(sent).Bound()).Require();
    }

    private static uint WinnerOf(byte[] pick)
    {
        SegmentBest[] bests = [.. pick.Chunk(8).Select(best => new SegmentBest(BitConverter.ToSingle(best), BitConverter.ToUInt32(best, 4)))];
        return SegmentBest.Winner(bests);
    }

    private static uint OutputOf(JobFinished finished, int index) => BitConverter.ToUInt32(finished.Tokens.Span[((PromptLength + index) * 4)..]);

    private static Bytes32 Sha256Segment(byte[] content) =>
        new MerkleTree<Sha256Merkle>([.. content.Chunk(1024).Select(page => Sha256Merkle.Leaf(page))]).TreeHash;

    private sealed class FaultPair : IAsyncDisposable
    {
        private FaultPair(Cluster cluster, TestJob job, JobFinished finished) => (Cluster, Job, Finished) = (cluster, job, finished);

        public Cluster Cluster { get; }

        public TestJob Job { get; }

        public JobFinished Finished { get; }

        public static async Task<FaultPair> StartAsync(Fault fault, int faulty = 1)
        {
            Cluster cluster = await Cluster.StartAsync(2, options => (options.FirstLayer > 0) == (faulty == 1)
                ? options with { Faults = new FaultSwitch(fault), InsecureDevelopment = true }
                : options);
            TestJob job = TestJob.Create(TestModel.Prompt(PromptLength), Outputs);
            return new FaultPair(cluster, job, await RunAsync(cluster, job));
        }

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();
    }
}
