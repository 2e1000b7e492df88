using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Tests.Batching;

namespace TeeTee.Sequencer.Tests.Posting;

public sealed class HaltTests : NodeTest
{
    [Fact]
    public async Task PostAsync_AnotherBatchAtOurIndex_HaltsWithBothHashes()
    {
        TestNode node = Open();
        BatchHeader header = await BuildAsync(node);
        await PostElsewhereAsync(header with { StateRoot = Keccak256.Hash("other"u8) });
        await node.PostAsync(Bound);
        await node.PostAsync(Bound);

        Assert.Contains(node.Batches.Find(1)!.Hash.ToString(), node.Readiness.Obstacles["posting"], StringComparison.Ordinal);
        Assert.True(node.Get<BatchingMetrics>().Halted);
        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM outbox"));
        Assert.False(await node.BuildAsync(Bound));
    }

    [Fact]
    public async Task PostAsync_SameBatchPostedMeanwhile_ReadsTheDuplicateAsSuccess()
    {
        using FaultyChain line = new();
        TestNode node = Open(handler: line);
        BatchHeader header = await BuildAsync(node);
        Posted(line, header);
        await node.PostAllAsync(Bound);

        Assert.False(node.Readiness.Obstacles.ContainsKey("posting"));
        Assert.Equal(LocalStatus.Posted, node.Batches.Find(1)!.Status);
        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task PostAsync_OtherBatchPostedMeanwhile_Halts()
    {
        using FaultyChain line = new();
        TestNode node = Open(handler: line);
        BatchHeader header = await BuildAsync(node);
        Posted(line, header with { StateRoot = Keccak256.Hash("other"u8) });
        await node.PostAsync(Bound);
        Assert.Contains("Rollup_IndexAlreadyPosted", node.Readiness.Obstacles["posting"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostAsync_ContractRefuses_HaltsUntilARestart()
    {
        TestNode node = Open();
        await BuildAsync(node);
        RegistryContract registry = new(World.Client, World.Deployment.Registry);
        byte[] id = new byte[32];
        ChainWorld.Sequencer.Address.CopyTo(id.AsSpan(12));
        await World.SendAsync(ChainWorld.Sequencer, registry, registry.RequestExit(StakeKind.Poster, new Bytes32(id)), 0, Bound);
        await node.PostAsync(Bound);

        Assert.Contains("Posting batch 1 reverts", node.Readiness.Obstacles["posting"], StringComparison.Ordinal);
        await node.PostAsync(Bound);
        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM outbox"));
        Assert.NotNull(node.Batches.Find(1));
    }

    [Fact]
    public async Task PostAsync_DatabaseLost_Halts()
    {
        TestNode node = Open();
        BatchHeader header = await BuildAsync(node);
        await PostElsewhereAsync(header);
        string path = TestNode.NewPath();
        await using var fresh = TestNode.Open(path, World, Shards);
        await fresh.PostAsync(Bound);
        Assert.Contains("ends at 0", fresh.Readiness.Obstacles["posting"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_WrongChainId_IsRefused()
    {
        TestNode node = Open(o => o with { Deployment = o.Deployment with { ChainId = 1 } });
        FailureException refused = await Assert.ThrowsAsync<FailureException>(() => Guard(node).StartAsync(Bound));
        Assert.Equal("wrong_chain", refused.Code);
        Assert.Contains("84532", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<FailureException>(() => node.PostAsync(Bound));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StartAsync_NoSuchContract_IsRefused(bool another)
    {
        TestNode node = Open(o => o with { Deployment = o.Deployment with { Rollup = another ? o.Deployment.Registry : ChainWorld.Users[0].Address } });
        Exception? refused = await Record.ExceptionAsync(() => node.PostAsync(Bound));
        Assert.True(refused is FailureException { Code: "wrong_chain" } or JsonRpcException or MalformedDataException, $"{refused}");
        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task StartAsync_ChainDown_StartsAndIsNotReady()
    {
        using FaultyChain line = new() { IsDown = true };
        TestNode node = Open(handler: line);
        await Guard(node).StartAsync(Bound);
        Assert.True(node.Readiness.Obstacles.ContainsKey("chain"));
    }

    [Fact]
    public async Task RunOnceAsync_EmptyWallet_IsNotReady()
    {
        TestNode node = Open(o => o with { MinBalance = UInt128.MaxValue });
        await node.BuildAsync(Bound);
        Assert.Contains(ChainWorld.Sequencer.Address.ToString(), node.Readiness.Obstacles["wallet"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostAsync_WalletCannotPay_IsAFaultAndNotMoreWorkAtOnce()
    {
        TestNode node = Open();
        await BuildAsync(node);
        await World.Rpc.CallAsync("anvil_setBalance", [ChainWorld.Sequencer.Address.ToString(), "0x0"], Bound);
        TransactionRejectedException refused = await Assert.ThrowsAsync<TransactionRejectedException>(() => node.PostAsync(Bound));
        Assert.Contains("post:1", refused.Message, StringComparison.Ordinal);

        await World.Rpc.CallAsync("anvil_setBalance", [ChainWorld.Sequencer.Address.ToString(), "0xde0b6b3a7640000"], Bound);
        await node.PostAllAsync(Bound);
        Assert.Equal(LocalStatus.Posted, node.Batches.Find(1)!.Status);
    }

    [Fact]
    public async Task RunOnceAsync_OldUnpostedReceipt_IsNotReady()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, d => d with { Now = d.Now - 3_600 });
        await node.BuildAsync(Bound);
        Assert.True(node.Readiness.Obstacles.ContainsKey("unposted"));
        Assert.Equal(1, node.Get<BatchingMetrics>().Unposted);
    }

    // Another process of ours is faster, just before the transaction is prepared.
    private void Posted(FaultyChain line, BatchHeader header)
    {
        bool done = false;
        line.CutBefore = body =>
        {
            if (!done && body.Contains("eth_estimateGas", StringComparison.Ordinal))
            {
                done = true;
                PostElsewhereAsync(header).GetAwaiter().GetResult();
            }

            return false;
        };
    }

    private static ChainGuard Guard(TestNode node) => new(node.Get<ChainConnection>(), node.Readiness);

    private Task PostElsewhereAsync(BatchHeader header) =>
        World.SendAsync(ChainWorld.Sequencer, World.Rollup, World.Rollup.PostBatch(1, Bytes32.Zero, header), 0, Bound);

    private async Task<BatchHeader> BuildAsync(TestNode node)
    {
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        return node.Batches.Find(1)!.Header;
    }
}
