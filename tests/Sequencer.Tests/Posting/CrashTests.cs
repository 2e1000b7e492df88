using System.Text.Json;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Tests.Batching;

namespace TeeTee.Sequencer.Tests.Posting;

/// <summary>Whatever happens between two durable steps, each index is posted once and nothing is lost.</summary>
public sealed class CrashTests : NodeTest
{
    [Theory]
    [InlineData("built")]
    [InlineData("signed")]
    [InlineData("sent")]
    [InlineData("sent, not mined")]
    [InlineData("mined")]
    [InlineData("receipt read")]
    public async Task PostAsync_KilledAfterAStep_PostsOnceAfterTheRestart(string step)
    {
        await BuildAsync(Open());
        ulong nonce = await NonceAsync();
        bool mining = step != "sent, not mined";
        await World.Rpc.CallAsync("evm_setAutomine", [mining], Bound);
        if (step != "built")
            await CrashAsync(step);
        await World.Rpc.CallAsync("evm_setAutomine", [true], Bound);
        if (!mining)
            await World.Rpc.CallAsync("evm_mine", [], Bound);

        TestNode node = Open();
        await node.PostAllAsync(Bound);
        Assert.Equal((LocalStatus.Posted, nonce + 1, 2ul), (node.Batches.Find(1)!.Status, await NonceAsync(), await NextAsync()));
        Assert.NotNull(node.Batches.Find(1)!.Transaction);
        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM outbox WHERE state = 'signed'"));
        Assert.Equal(1, node.Scalar<long>("SELECT count(*) FROM outbox WHERE state = 'mined'"));
        await BuildAsync(node, nonce: 2);
        await node.PostAllAsync(Bound);
        Assert.Equal((nonce + 2, 3ul), (await NonceAsync(), await NextAsync()));
    }

    [Fact]
    public async Task PostAsync_PostedBlockDropped_PostsTheSameBytesAgain()
    {
        TestNode node = Open();
        await BuildAsync(node);
        JsonElement snapshot = await World.Rpc.CallAsync("evm_snapshot", [], Bound);
        await node.PostAllAsync(Bound);
        StoredBatch before = node.Batches.Find(1)!;
        await World.Rpc.CallAsync("evm_revert", [snapshot.GetString()], Bound);
        Assert.Equal(1ul, await NextAsync());

        await node.PostAllAsync(Bound);
        StoredBatch after = node.Batches.Find(1)!;
        Assert.Equal((before.Hash, before.Transaction, LocalStatus.Posted), (after.Hash, after.Transaction, after.Status));
        Assert.Equal(before.Hash, (await World.Rollup.GetBatchAsync(1, BlockTag.Latest, Bound))!.BatchHash);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public async Task PostAsync_ManyBatchesDropped_ArePostedAgainInOrder(int kept)
    {
        TestNode node = Open();
        JsonElement? snapshot = null;
        for (int i = 1; i <= 12; i++)
        {
            if (i == kept + 1)
                snapshot = await World.Rpc.CallAsync("evm_snapshot", [], Bound);
            await BuildAsync(node, (ulong)i);
            await node.PostAllAsync(Bound);
        }

        Assert.Equal(13ul, await NextAsync());
        Bytes32[] hashes = [.. node.Batches.List(1, 100).Select(b => b.Hash)];
        await World.Rpc.CallAsync("evm_revert", [snapshot!.Value.GetString()], Bound);
        // The nonces are used by others, so that each is posted by a transaction of its own.
        for (int i = kept; i < 12; i++)
            await World.SendAsync(ChainWorld.Sequencer, World.Credits, World.Credits.Deposit(ChainWorld.Sequencer.Address), 1, Bound);
        for (int i = 0; i < 3; i++)
            await node.PostAllAsync(Bound);
        Assert.Equal(13ul, await NextAsync());
        for (ulong i = 1; i <= 12; i++)
            Assert.Equal(hashes[i - 1], (await World.Rollup.GetBatchAsync(i, BlockTag.Latest, Bound))!.BatchHash);
        Assert.All(node.Batches.List(1, 100), b => Assert.Equal(LocalStatus.Posted, b.Status));
    }

    [Fact]
    public async Task PostAsync_DroppedAndNonceTaken_PostsUnderANewNonce()
    {
        TestNode node = Open();
        await BuildAsync(node);
        JsonElement snapshot = await World.Rpc.CallAsync("evm_snapshot", [], Bound);
        await node.PostAllAsync(Bound);
        Bytes32 hash = node.Batches.Find(1)!.Hash;
        await World.Rpc.CallAsync("evm_revert", [snapshot.GetString()], Bound);
        await World.SendAsync(ChainWorld.Sequencer, World.Credits, World.Credits.Deposit(ChainWorld.Sequencer.Address), 1, Bound);

        await node.PostAllAsync(Bound);
        Assert.Equal(hash, (await World.Rollup.GetBatchAsync(1, BlockTag.Latest, Bound))!.BatchHash);
        Assert.Equal(1, node.Scalar<long>("SELECT count(*) FROM outbox WHERE state = 'mined'"));
    }

    [Fact]
    public async Task PostAsync_EndpointDown_LosesNothingAndGoesOn()
    {
        using FaultyChain line = new() { IsDown = true };
        await BuildAsync(Open());
        TestNode node = Open(handler: line);
        await Assert.ThrowsAsync<RpcTransportException>(() => node.PostAsync(Bound));
        await Assert.ThrowsAsync<RpcTransportException>(() => node.BuildAsync(Bound));
        line.IsDown = false;
        await node.PostAllAsync(Bound);
        Assert.Equal(2ul, await NextAsync());
    }

    [Fact]
    public async Task PostAsync_NodeHasNoNewestBlock_IsAFaultThatPasses()
    {
        bool isEmpty = true;
        using FaultyChain line = new()
        {
            Rewrite = (body, answer) => isEmpty && body.Contains("eth_getBlockByNumber", StringComparison.Ordinal)
                ? System.Text.RegularExpressions.Regex.Replace(answer, "\"result\":\\{.*\\}(?=\\})", "\"result\":null")
                : answer,
        };
        await BuildAsync(Open());
        TestNode node = Open(handler: line);
        await Assert.ThrowsAsync<MalformedDataException>(() => node.PostAsync(Bound));
        await Assert.ThrowsAsync<MalformedDataException>(() => node.Get<Sequencer.Batching.SnapshotReader>().ReadAsync([], 0, Bound));
        isEmpty = false;
        await node.PostAllAsync(Bound);
        Assert.Equal(2ul, await NextAsync());
    }

    [Fact]
    public async Task PostAsync_MissedBeforeItWasSigned_TakesTheBatchBackAndVoidsItsJobs()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, d => d with { PostBefore = d.Now + 30 });
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        await World.AdvanceAsync(40, Bound);
        await node.PostAsync(Bound);
        Assert.Null(node.Batches.Find(1));
        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM accounts"));
        Assert.True(await node.BuildAsync(Bound));
        Assert.Equal("void", node.Scalar<string>("SELECT state FROM jobs"));
        await node.PostAllAsync(Bound);
        Assert.Equal(2ul, await NextAsync());
    }

    [Fact]
    public async Task PostAsync_BuiltBeforeAWithdrawalThatCountsNow_IsJudgedAnew()
    {
        await BuildAsync(Open());
        await World.SendAsync(ChainWorld.Users[0], World.Credits, World.Credits.RequestWithdrawal(ChainWorld.Deposit), 0, Bound);
        await World.AdvanceAsync(ChainWorld.Parameters.WithdrawalMargin + 1, Bound);
        // The sequencer was away all that time.
        TestNode node = Open();
        await node.PostAllAsync(Bound);

        Assert.Equal(1ul, await NextAsync());
        Assert.Null(node.Batches.Find(1));
        Assert.False(await node.BuildAsync(Bound));
        Assert.Equal("answered", node.Scalar<string>("SELECT state FROM jobs"));
    }

    [Theory]
    [InlineData("signed")]
    [InlineData("sent, not mined")]
    public async Task PostAsync_SignedButNotMinedUntilTheDeadline_IsCancelledAndNeverPosted(string step)
    {
        TestNode first = Open();
        await first.AnswerAsync(ChainWorld.Users[0], 1, Bound, d => d with { PostBefore = d.Now + 30 });
        await first.CollectAsync(Bound);
        Assert.True(await first.BuildAsync(Bound));
        ulong nonce = await NonceAsync();
        await World.Rpc.CallAsync("evm_setAutomine", [false], Bound);
        await CrashAsync(step);
        await World.Rpc.CallAsync("evm_setNextBlockTimestamp", [first.Scalar<long>("SELECT post_before FROM jobs") + 10], Bound);
        // What was sent is in the pool still: the outage of the chain's proposer ends with the next block.
        using FaultyChain line = new() { CutAfter = body => body.Contains("eth_sendRawTransaction", StringComparison.Ordinal) };
        await MineEmptyAsync();

        TestNode node = Open(handler: line);
        await Record.ExceptionAsync(() => node.PostAllAsync(Bound));
        Assert.Equal(1, node.Scalar<long>("SELECT count(*) FROM outbox WHERE purpose = 'cancel:post:1'"));
        await node.DisposeAsync();
        await World.Rpc.CallAsync("evm_mine", [], Bound);
        await World.Rpc.CallAsync("evm_setAutomine", [true], Bound);

        node = Open();
        await node.PostAllAsync(Bound);
        Assert.Null(node.Batches.Find(1));
        Assert.Equal((nonce + 1, 1ul), (await NonceAsync(), await NextAsync()));
        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM outbox WHERE state = 'signed'"));
        await BuildAsync(node, nonce: 2);
        await node.PostAllAsync(Bound);
        Assert.Equal(2ul, await NextAsync());
    }

    private async Task CrashAsync(string step)
    {
        using FaultyChain line = new();
        switch (step)
        {
            case "signed":
                line.CutBefore = body => body.Contains("eth_sendRawTransaction", StringComparison.Ordinal);
                break;
            case "mined":
                line.CutBefore = body => body.Contains("eth_getTransactionReceipt", StringComparison.Ordinal);
                break;
            case "receipt read":
                // The next thing after the receipt is the comparison that records it.
                bool wasRead = false;
                line.CutBefore = body => wasRead && body.Contains("eth_getTransactionCount", StringComparison.Ordinal);
                line.CutAfter = body => (wasRead |= body.Contains("eth_getTransactionReceipt", StringComparison.Ordinal)) && false;
                break;
            default:
                line.CutAfter = body => body.Contains("eth_sendRawTransaction", StringComparison.Ordinal);
                break;
        }

        TransactionSenderOptions impatient = new() { ReceiptPoll = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromMilliseconds(200) };
        TestNode node = Open(o => o with { Transactions = impatient }, line);
        await Record.ExceptionAsync(() => node.PostAllAsync(Bound));
        Assert.True(line.IsDown);
        Assert.Equal(LocalStatus.Built, node.Batches.Find(1)!.Status);
        Assert.Equal(1, node.Scalar<long>("SELECT count(*) FROM outbox"));
        await node.DisposeAsync();
    }

    private async Task BuildAsync(TestNode node, ulong nonce = 1)
    {
        await node.AnswerAsync(ChainWorld.Users[0], nonce, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
    }

    // A block that leaves out what is in the pool.
    private async Task MineEmptyAsync()
    {
        JsonElement pool = await World.Rpc.CallAsync("txpool_content", [], Bound);
        string[] sent = [.. pool.GetProperty("pending").EnumerateObject().SelectMany(a => a.Value.EnumerateObject()).Select(t => t.Value.GetProperty("hash").GetString()!)];
        List<string> raw = [];
        foreach (string hash in sent)
            raw.Add((await World.Rpc.CallAsync("eth_getRawTransactionByHash", [hash], Bound)).GetString()!);
        await World.Rpc.CallAsync("anvil_dropAllTransactions", [], Bound);
        await World.Rpc.CallAsync("evm_mine", [], Bound);
        foreach (string transaction in raw)
            await World.Rpc.CallAsync("eth_sendRawTransaction", [transaction], Bound);
    }

    private Task<ulong> NextAsync() => World.Rollup.GetNextIndexAsync(BlockTag.Latest, Bound);

    private Task<ulong> NonceAsync() => World.Client.GetTransactionCountAsync(ChainWorld.Sequencer.Address, BlockTag.Latest, Bound);
}
