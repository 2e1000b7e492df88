using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Tests.Batching;

public sealed class BatchSchedulerTests : NodeTest
{
    [Fact]
    public async Task RunOnceAsync_InterleavedUsers_PostsEachUsersNoncesAscending()
    {
        TestNode node = Open();
        (PrivateKey a, PrivateKey b) = (ChainWorld.Users[0], ChainWorld.Users[1]);
        await node.AnswerAsync(a, 3, Bound);
        await node.AnswerAsync(b, 2, Bound, d => d with { State = "void" });
        await node.AnswerAsync(b, 9, Bound);
        Bytes32 running = await node.AnswerAsync(a, 5, Bound, d => d with { State = "void" });
        node.SetState(running, "running");
        await node.AnswerAsync(a, 8, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        Assert.Equal([(a.Address, 3ul), (b.Address, 2ul), (b.Address, 9ul)], Requests(node, 1).OrderBy(r => r.Nonce == 3 ? 0 : r.Nonce).Select(r => (r.User, r.Nonce)));
        Assert.False(await node.BuildAsync(Bound));

        await node.PostAllAsync(Bound);
        node.SetState(running, "void");
        Assert.True(await node.BuildAsync(Bound));
        Assert.Equal([5ul, 8ul], Requests(node, 2).Select(r => r.Nonce));
        Assert.Equal(node.Batches.Find(1)!.Hash, node.Batches.Find(2)!.ParentHash);
    }

    [Fact]
    public async Task RunOnceAsync_Built_ReadsBackAndPassesTheVerifiersRules()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.AnswerAsync(ChainWorld.Users[1], 4, Bound, d => d with { State = "void" });
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));

        StoredBatch batch = node.Batches.Find(1)!;
        BatchReading reading = BatchDataReader.Read(batch.Header, node.Batches.Manifest(1), hash => node.Batches.Chunk(hash));
        Assert.Equal((true, 0, 0), (reading.IsManifestOfBatch, reading.Findings.Length, reading.Missing.Length));
        ulong now = await World.NowAsync(Bound);
        AnsweredJob[] jobs = [.. Ids(node, 1).Select(id => node.Get<CandidateStore>().Load(id)!)];
        BatchContext context = new()
        {
            Domain = World.Domain,
            Sequencer = ChainWorld.Sequencer.Address,
            PostedAt = now,
            Parent = AccountTree.Empty,
            SequencerShareBps = ChainWorld.Parameters.SequencerShareBps,
            View = await node.Get<SnapshotReader>().ReadAsync(jobs, now, Bound),
            Recovery = Secp256k1Recovery.Instance,
            Quotes = [.. reading.Data!.Quotes.Select(_ => QuoteVerdict.Accepted)],
        };
        BatchJudgement judgement = BatchRules.Check(batch.Header, reading.Data, context);
        Assert.Empty(judgement.Findings);
        Assert.Equal(batch.Header.StateRoot, AccountTree.Load(node.Batches.Accounts()).Root);
        Assert.Equal(batch.Header.StateRoot, AccountTree.Load(node.Batches.Changes(0, 1)).Root);
    }

    [Fact]
    public async Task FindFault_BatchChangedAfterItWasBuilt_NamesTheRule()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        ulong now = await World.NowAsync(Bound);
        BuiltBatch built = (await node.Get<BatchAssembler>().BuildAsync([.. node.Get<CandidateStore>().All()], now, Bound))!;
        AnsweredJob job = node.Get<CandidateStore>().Load(built.Jobs[0])!;
        BatchContext context = new()
        {
            Domain = World.Domain,
            Sequencer = ChainWorld.Sequencer.Address,
            PostedAt = now,
            Parent = AccountTree.Empty,
            SequencerShareBps = ChainWorld.Parameters.SequencerShareBps,
            View = await node.Get<SnapshotReader>().ReadAsync([job], now, Bound),
            Recovery = Secp256k1Recovery.Instance,
            Quotes = [],
        };
        BatchAssembler assembler = node.Get<BatchAssembler>();
        Assert.Null(assembler.FindFault(built.Batch, context));
        Batch forged = built.Batch with { Header = built.Batch.Header with { StateRoot = Keccak256.Hash("x"u8) } };
        Assert.Contains("StateRootMismatch", assembler.FindFault(forged, context)!, StringComparison.Ordinal);
        Batch torn = built.Batch with { Chunks = built.Batch.Chunks.RemoveAt(0) };
        Assert.NotNull(assembler.FindFault(torn, context));
        node.Execute("UPDATE epochs SET tee_type = 'tdx'");
        Assert.Contains("QuoteRejected", assembler.FindFault(built.Batch, context)!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOnceAsync_JobThatBreaksARule_IsLeftOutAndHoldsBackItsUser()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, d => d with { CumulativeMax = 5 });
        await node.AnswerAsync(ChainWorld.Users[0], 2, Bound);
        await node.AnswerAsync(ChainWorld.Users[1], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        Assert.Equal([ChainWorld.Users[1].Address], Requests(node, 1).Select(r => r.User));
    }

    [Theory]
    [InlineData("void")]
    [InlineData("answered")]
    public async Task RunOnceAsync_RefusedJobFillsTheBatch_LetsTheOthersPass(string state)
    {
        TestNode node = Open(o => o with { Limits = o.Limits with { MaxReceipts = 1 } });
        Bytes32 bad = await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, d => d with { State = state });
        await node.AnswerAsync(ChainWorld.Users[1], 1, Bound);
        node.Execute(
            """
            UPDATE jobs SET signature = (SELECT signature FROM jobs WHERE job_id <> @id), answered_at = answered_at - 3600 WHERE job_id = @id
            """,
            new { id = bad.ToArray() });
        await node.CollectAsync(Bound);
        Assert.False(await node.BuildAsync(Bound));
        Assert.True(await node.BuildAsync(Bound));
        Assert.Equal([ChainWorld.Users[1].Address], Requests(node, 1).Select(r => r.User));
    }

    [Fact]
    public async Task RunOnceAsync_VoidJobThatCannotBePosted_LeavesTheSequencerReady()
    {
        TestNode node = Open();
        Bytes32 passed = await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, d => d with { State = "void", Now = d.Now - 3_600 });
        await node.AnswerAsync(ChainWorld.Users[0], 2, Bound);
        node.Execute(
            "UPDATE jobs SET signature = (SELECT signature FROM jobs WHERE job_id <> @id) WHERE job_id = @id", new { id = passed.ToArray() });
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        await node.PostAllAsync(Bound);
        await node.BuildAsync(Bound);
        Assert.False(node.Readiness.Obstacles.ContainsKey("unposted"));
    }

    [Fact]
    public async Task RunOnceAsync_QuoteNoLongerAccepted_HoldsBackItsJobOnly()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.AnswerAsync(ChainWorld.Users[1], 2, Bound);
        await node.CollectAsync(Bound);
        node.Execute("UPDATE epochs SET tee_type = 'tdx' WHERE epoch = (SELECT min(epoch) FROM epochs)");
        Assert.True(await node.BuildAsync(Bound));
        Assert.Equal([ChainWorld.Users[1].Address], Requests(node, 1).Select(r => r.User));
    }

    [Fact]
    public async Task RunOnceAsync_DeadlineMissed_MakesTheAnswerVoidAndRefundsIt()
    {
        TestNode node = Open();
        Bytes32 id = await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, d => d with { PostBefore = d.Now });
        await node.AnswerAsync(ChainWorld.Users[0], 2, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));

        Assert.Equal("void", node.Scalar<string>("SELECT state FROM jobs WHERE job_id = @id", new { id = id.ToArray() }));
        Assert.Equal("917", node.Scalar<string>("SELECT charged FROM user_totals"));
        await node.PostAllAsync(Bound);
        Account account = Assert.Single(node.Batches.Accounts(), a => a.Owner == ChainWorld.Users[0].Address);
        Assert.Equal((2ul, (UInt128)917), (account.Nonce, account.Spent));
    }

    [Fact]
    public async Task RunOnceAsync_DeadlineTooNearToLand_MakesTheAnswerVoid()
    {
        TestNode node = Open(o => o with { LandingTime = TimeSpan.FromSeconds(20) });
        Bytes32 late = await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, d => d with { PostBefore = d.Now + 15 });
        await node.AnswerAsync(ChainWorld.Users[1], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        Assert.Equal("void", node.Scalar<string>("SELECT state FROM jobs WHERE job_id = @id", new { id = late.ToArray() }));
        await node.PostAllAsync(Bound);
        Assert.Equal(LocalStatus.Posted, node.Batches.Find(1)!.Status);
    }

    [Fact]
    public async Task Save_JobAlreadyPlaced_ChangesNothing()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        ulong now = await World.NowAsync(Bound);
        BuiltBatch built = (await node.Get<BatchAssembler>().BuildAsync([.. node.Get<CandidateStore>().All()], now, Bound))!;
        node.Execute("UPDATE jobs SET batch_index = 77");
        Assert.Throws<InvalidOperationException>(() => node.Batches.Save(built, now));
        Assert.Equal(0, node.Scalar<long>("SELECT (SELECT count(*) FROM batches) + (SELECT count(*) FROM chunks) + (SELECT count(*) FROM accounts)"));
        node.Execute("UPDATE jobs SET batch_index = NULL");
        node.Batches.Save(built, now);
        Assert.Throws<InvalidOperationException>(() => node.Batches.Save(built, now));
    }

    [Fact]
    public async Task RunOnceAsync_BuiltButNotPosted_BuildsNothingAhead()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        await node.AnswerAsync(ChainWorld.Users[0], 2, Bound);
        await node.CollectAsync(Bound);
        Assert.False(await node.BuildAsync(Bound));
    }

    private static ImmutableArray<Bytes32> Ids(TestNode node, ulong index) =>
        [.. node.Batches.Items(index, DataKind.QueryReceipt, null).Select(JobRows.Decode<QueryReceipt>).Select(r => r.JobId)];

    private static IEnumerable<JobRequest> Requests(TestNode node, ulong index)
    {
        foreach (byte[] item in node.Batches.Items(index, DataKind.Request, null))
        {
            Assert.True(Signed<JobRequest>.TryDecode(item, out Signed<JobRequest>? request));
            yield return request.Message;
        }
    }
}
