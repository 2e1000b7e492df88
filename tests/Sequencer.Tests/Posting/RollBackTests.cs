using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Faults;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Disputes;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Tests.Batching;

namespace TeeTee.Sequencer.Tests.Posting;

/// <summary>Roll-backs on the deployed contracts: the sequencer goes on with what was right.</summary>
public sealed class RollBackTests : NodeTest
{
    private static readonly PrivateKey s_watcher = ChainWorld.Hosts[1];

    private readonly FaultSwitch _faults = new();

    [Fact]
    public async Task PostAsync_DataRolledBackWithItsSuccessor_PostsTheJobsAgainOnTheNewestStandingBatch()
    {
        TestNode node = Open(options => options with { Faults = _faults });
        await PostAsync(node, await node.AnswerAsync(ChainWorld.Users[0], 1, Bound));
        Bytes32 withheld = await node.AnswerAsync(ChainWorld.Users[0], 2, Bound);
        await PostAsync(node, withheld);
        Bytes32 after = await node.AnswerAsync(ChainWorld.Users[1], 3, Bound);
        await PostAsync(node, after);
        _faults.Active = new Fault(FaultKind.WithholdData);
        await RollBackForDataAsync(node, 2);
        _faults.Active = null;

        await node.PostAllAsync(Bound);
        Assert.Equal([LocalStatus.Posted, LocalStatus.RolledBack, LocalStatus.RolledBack], node.Batches.List(1, 9).Select(batch => batch.Status));
        Assert.False(node.Readiness.Obstacles.ContainsKey("posting"), node.Readiness.Obstacles.GetValueOrDefault("posting"));
        // A restart in between knows as much.
        await node.DisposeAsync();
        node = Open();
        await AddStakeAsync();
        Assert.True(await node.BuildAsync(Bound));
        await node.PostAllAsync(Bound);

        StoredBatch again = node.Batches.Find(4)!;
        Assert.Equal((LocalStatus.Posted, node.Batches.Find(1)!.Hash), (again.Status, again.ParentHash));
        Assert.Equal(again.Hash, (await World.Rollup.GetHeadAsync(BlockTag.Latest, Bound)).BatchHash);
        BatchData data = Read(node, 4);
        Assert.Equal(new[] { withheld, after }.Order(), data.Leaves.Select(leaf => leaf.Receipt.JobId).Order());
        Assert.Equal(node.Get<StateStore>().After(4).Root, again.Header.StateRoot);
    }

    [Fact]
    public async Task PostAsync_WrongStateRootProved_NeverPostsThatLeafAgain()
    {
        TestNode node = Open(options => options with { Faults = _faults });
        Bytes32 wrong = await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        Bytes32 right = await node.AnswerAsync(ChainWorld.Users[1], 2, Bound);
        _faults.Active = new Fault(FaultKind.WrongStateRoot);
        await PostAsync(node, wrong, right);
        _faults.Active = null;
        Bytes32 struck = Read(node, 1).Leaves[0].Receipt.JobId;
        await ConvictAsync(node, 1, struck, wrong, right);
        Assert.Equal(BatchStatus.RolledBack, await World.Rollup.GetStatusAsync(1, BlockTag.Latest, Bound));

        await node.PostAllAsync(Bound);
        await AddStakeAsync();
        Assert.True(await node.BuildAsync(Bound));
        await node.PostAllAsync(Bound);

        Assert.Equal([struck == wrong ? right : wrong], Read(node, 2).Leaves.Select(leaf => leaf.Receipt.JobId));
        Assert.Equal("void", node.Scalar<string>("SELECT state FROM jobs WHERE job_id = @id", new { id = struck.ToArray() }));
        Assert.False(await node.BuildAsync(Bound));
        Assert.Equal("0", node.Scalar<string>("SELECT charged FROM user_totals WHERE user = @user", new
        {
            user = (struck == wrong ? ChainWorld.Users[0] : ChainWorld.Users[1]).Address.ToArray(),
        }));
    }

    [Fact]
    public async Task PostAsync_BuiltOnABatchThatIsRolledBack_IsBuiltAnew()
    {
        TestNode node = Open(options => options with { Faults = _faults });
        await PostAsync(node, await node.AnswerAsync(ChainWorld.Users[0], 1, Bound));
        Bytes32 waiting = await node.AnswerAsync(ChainWorld.Users[1], 2, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        _faults.Active = new Fault(FaultKind.WithholdData);
        await RollBackForDataAsync(node, 1);
        _faults.Active = null;
        await AddStakeAsync();

        await node.PostAllAsync(Bound);
        Assert.Null(node.Batches.Find(2));
        Assert.True(await node.BuildAsync(Bound));
        await node.PostAllAsync(Bound);

        Assert.Equal(LocalStatus.Posted, node.Batches.Find(2)!.Status);
        Assert.Contains(waiting, Read(node, 2).Leaves.Select(leaf => leaf.Receipt.JobId));
        Assert.Equal(2, Read(node, 2).Leaves.Length);
    }

    private async Task PostAsync(TestNode node, params Bytes32[] jobs)
    {
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        await node.PostAllAsync(Bound);
        Assert.Equal(LocalStatus.Posted, node.Batches.List(1, 99)[^1].Status);
        Assert.Equal(jobs.Length, Read(node, node.Batches.Newest().Index).Leaves.Length);
    }

    private async Task RollBackForDataAsync(TestNode node, ulong index)
    {
        DataChallengesContract contract = new(World.Client, World.Deployment.DataChallenges!.Value);
        (PostedBatchRef batch, BatchData data) = node.Get<PostedData>().Find(node.Batches.Find(index)!.Hash, out _)!.Value;
        byte[] demand = contract.Challenge(batch, new ChunkPlace(0, DataKind.Tokens, 0, 0), LeafOpening.Of(data, 0));
        await World.SendAsync(s_watcher, contract, demand, await contract.GetBondAsync(ChainWorld.Sequencer.Address, BlockTag.Latest, Bound), Bound);
        await World.AdvanceAsync(ChainWorld.Parameters.ResponseWindow, Bound);
        await World.SendAsync(s_watcher, contract, contract.Timeout(1), 0, Bound);
        Assert.Equal(BatchStatus.RolledBack, await World.Rollup.GetStatusAsync(index, BlockTag.Latest, Bound));
    }

    private async Task ConvictAsync(TestNode node, ulong index, Bytes32 struck, params Bytes32[] jobs)
    {
        (PostedBatchRef batch, BatchData data) = node.Get<PostedData>().Find(node.Batches.Find(index)!.Hash, out _)!.Value;
        ulong postedAt = (await World.Rollup.GetBatchAsync(index, BlockTag.Latest, Bound))!.PostedAt;
        ImmutableArray<AnsweredJob> answered = [.. jobs.Select(job => node.Get<CandidateStore>().Load(job)!)];
        BatchContext context = new()
        {
            Domain = World.Domain,
            Sequencer = ChainWorld.Sequencer.Address,
            PostedAt = postedAt,
            Parent = AccountTree.Empty,
            SequencerShareBps = ChainWorld.Parameters.SequencerShareBps,
            SessionGraceSeconds = ChainWorld.Parameters.WithdrawalMargin,
            View = await node.Get<Sequencer.Batching.SnapshotReader>().ReadAsync(answered, postedAt, Bound),
            Recovery = Secp256k1Recovery.Instance,
            Quotes = [.. data.Quotes.Select(_ => QuoteVerdict.Accepted)],
        };
        BatchFinding finding = Assert.Single(BatchRules.Check(batch.Header, data, context).Findings);
        Assert.Equal(struck, data.Leaves[(int)finding.Leaf!.Value].Receipt.JobId);
        FaultRemedy remedy = new FaultRemedies(batch, data, context, _ => ChainWorld.Config).For(finding);
        SequencerFaultsContract contract = new(World.Client, World.Deployment.SequencerFaults!.Value);
        await World.SendAsync(s_watcher, contract, contract.Convict(Assert.IsType<OneTransactionRemedy>(remedy).Proof), 0, Bound);
    }

    private async Task AddStakeAsync()
    {
        byte[] id = new byte[32];
        ChainWorld.Sequencer.Address.CopyTo(id.AsSpan(12));
        byte[] call = AbiFunction.Parse("function addStake(uint8 kind, bytes32 id) payable").EncodeCall([(byte)StakeKind.Poster, new Bytes32(id)]);
        await World.SendAsync(ChainWorld.Sequencer, World.Registry, call, ChainWorld.Parameters.MinPosterStake, Bound);
    }

    private static BatchData Read(TestNode node, ulong index) => node.Get<PostedData>().Find(node.Batches.Find(index)!.Hash, out _)!.Value.Data;
}
