using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Faults;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Disputes;
using TeeTee.Sequencer.Tests.Batching;

namespace TeeTee.Sequencer.Tests.Disputes;

/// <summary>Demands for batch data and for promised answers, on the deployed contracts.</summary>
public sealed class DataResponderTests : NodeTest
{
    private static readonly PrivateKey s_challenger = ChainWorld.Users[1];

    private readonly FaultSwitch _faults = new();
    private Bytes32 _job;

    private DataChallengesContract Data => new(World.Client, World.Deployment.DataChallenges!.Value);

    private AnswerChallengesContract Promises => new(World.Client, World.Deployment.AnswerChallenges!.Value);

    [Fact]
    public async Task RespondAsync_EveryKindOfChunkDemanded_PublishesThemAllAfterARestart()
    {
        TestNode node = await PostAsync();
        ChunkPlace[] places = [.. node.Batches.Manifest(1).Chunks.Select(ChunkAnswers.PlaceOf).Distinct()];
        foreach (ChunkPlace place in places)
            await DemandAsync(node, place);
        await node.DisposeAsync();

        TestNode again = Open();
        while (await again.Get<DataResponder>().RunOnceAsync(Bound))
        {
        }

        for (ulong id = 1; id <= (ulong)places.Length; id++)
            Assert.Equal(ChallengeState.Answered, (await Data.GetAsync(id, BlockTag.Latest, Bound)).State);
        Assert.Equal(0, again.Get<BatchingMetrics>().UnanswerableChallenges);
        Assert.True(again.Readiness.IsReady, string.Join('\n', again.Readiness.Obstacles.Values));
        Assert.Contains(places, place => place.Kind == DataKind.LeafList);
        Assert.Contains(places, place => place.Kind == DataKind.Quote);
    }

    [Fact]
    public async Task RespondAsync_DataWithheld_StaysSilentAndIsRolledBack()
    {
        TestNode node = await PostAsync();
        _faults.Active = new Fault(FaultKind.WithholdData);
        await DemandAsync(node, new ChunkPlace(0, DataKind.Tokens, 0, 0));

        Assert.False(await node.Get<DataResponder>().RunOnceAsync(Bound));
        Assert.Equal(ChallengeState.Open, (await Data.GetAsync(1, BlockTag.Latest, Bound)).State);
        await World.AdvanceAsync(ChainWorld.Parameters.ResponseWindow, Bound);
        await World.SendAsync(s_challenger, Data, Data.Timeout(1), 0, Bound);

        Assert.Equal(ChallengeState.Convicted, (await Data.GetAsync(1, BlockTag.Latest, Bound)).State);
        Assert.Equal(BatchStatus.RolledBack, await World.Rollup.GetStatusAsync(1, BlockTag.Latest, Bound));
    }

    [Fact]
    public async Task RespondAsync_LateData_ComesInTheLastSeconds()
    {
        TestNode node = await PostAsync();
        _faults.Active = new Fault(FaultKind.LateData);
        await DemandAsync(node, new ChunkPlace(0, DataKind.Tokens, 0, 0));
        Assert.False(await node.Get<DataResponder>().RunOnceAsync(Bound));
        Assert.Equal(ChallengeState.Open, (await Data.GetAsync(1, BlockTag.Latest, Bound)).State);

        await World.AdvanceAsync(ChainWorld.Parameters.ResponseWindow - 4, Bound);
        await node.Get<DataResponder>().RunOnceAsync(Bound);

        Assert.Equal(ChallengeState.Answered, (await Data.GetAsync(1, BlockTag.Latest, Bound)).State);
    }

    [Fact]
    public async Task RespondAsync_DatabaseLost_AlarmsUntilSettled()
    {
        TestNode node = await PostAsync();
        await DemandAsync(node, new ChunkPlace(0, DataKind.Tokens, 0, 0));
        node.Execute("DELETE FROM batch_chunks; DELETE FROM chunks");
        await node.DisposeAsync();
        node = Open();

        Assert.False(await node.Get<DataResponder>().RunOnceAsync(Bound));

        Assert.Contains("cannot be defended", node.Readiness.Obstacles["data.answers"], StringComparison.Ordinal);
        Assert.Equal(1, node.Get<BatchingMetrics>().UnanswerableChallenges);
    }

    [Fact]
    public async Task RespondAsync_AnswerDemanded_ShowsWhereItWasPosted()
    {
        TestNode node = await PostAsync();
        AnswerReceipt promised = new(_job, node.Get<CandidateStore>().Load(_job)!.TokensRoot, (3 * 101) + (2 * 307),
            (ulong)node.Scalar<long>("SELECT post_before FROM jobs"));
        await World.AdvanceAsync(promised.PostBefore - await World.NowAsync(Bound) + 1, Bound);
        byte[] call = Promises.ChallengeAnswer(World.Domain.Sign(promised, ChainWorld.Sequencer));
        await World.SendAsync(s_challenger, Promises, call, await Promises.GetBondAsync(ChainWorld.Sequencer.Address, BlockTag.Latest, Bound), Bound);

        await node.Get<AnswerResponder>().RunOnceAsync(Bound);

        Assert.Equal(ChallengeState.Answered, (await Promises.GetAsync(1, BlockTag.Latest, Bound)).State);
    }

    private async Task<TestNode> PostAsync()
    {
        TestNode node = Open(options => options with { Faults = _faults });
        _job = await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        await node.PostAllAsync(Bound);
        return node;
    }

    private async Task DemandAsync(TestNode node, ChunkPlace place)
    {
        (PostedBatchRef batch, BatchData data) = node.Get<PostedData>().Find(node.Batches.Find(1)!.Hash, out _)!.Value;
        LeafOpening? leaf = place.Leaf == ItemKey.NoLeaf ? null : LeafOpening.Of(data, (int)place.Leaf);
        UInt128 bond = await Data.GetBondAsync(ChainWorld.Sequencer.Address, BlockTag.Latest, Bound);
        await World.SendAsync(s_challenger, Data, Data.Challenge(batch, place, leaf), bond, Bound);
    }
}
