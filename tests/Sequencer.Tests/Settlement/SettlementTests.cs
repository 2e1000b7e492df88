using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Tests.Batching;
using TeeTee.Sequencer.Tests.Posting;

namespace TeeTee.Sequencer.Tests.Settlement;

public sealed class SettlementTests : NodeTest
{
    // 3 prompt tokens at 101 and 2 output tokens at 307.
    private const uint Fee = 917;

    [Fact]
    public async Task SettleAsync_WindowOver_FinalisesAndPaysEveryone()
    {
        TestNode node = Open(o => o with { ClaimForEveryone = true });
        await PostAsync(node);
        await node.SettleAsync(Bound);
        Assert.Equal(0ul, await World.Rollup.GetFinalIndexAsync(BlockTag.Latest, Bound));

        await World.AdvanceAsync(ChainWorld.Parameters.Window + 1, Bound);
        UInt128 host = await BalanceAsync(ChainWorld.Hosts[0].Address);
        UInt128 pool = await BalanceAsync(World.Deployment.Credits);
        await node.SettleAsync(Bound);
        await node.PostAllAsync(Bound);
        await node.SettleAsync(Bound);

        Assert.Equal(LocalStatus.Final, node.Batches.Find(1)!.Status);
        Assert.Equal(pool - Fee, await BalanceAsync(World.Deployment.Credits));
        // 91 of 917 are the sequencer's tenth; 413 for each half of the layers.
        Assert.Equal(host + 413, await BalanceAsync(ChainWorld.Hosts[0].Address));
        long transactions = node.Scalar<long>("SELECT count(*) FROM outbox");
        await node.SettleAsync(Bound);
        Assert.Equal(transactions, node.Scalar<long>("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task SettleAsync_OwnShareOnly_LeavesTheHostsAlone()
    {
        TestNode node = Open();
        await PostAsync(node);
        await World.AdvanceAsync(ChainWorld.Parameters.Window + 1, Bound);
        UInt128 pool = await BalanceAsync(World.Deployment.Credits);
        await node.SettleAsync(Bound);
        Assert.Equal(pool - 91, await BalanceAsync(World.Deployment.Credits));
    }

    [Fact]
    public async Task SettleAsync_ListedOwner_IsPaidTheRestAfterARestart()
    {
        TestNode node = Open(o => o with { ClaimOwn = false });
        await PostAsync(node);
        await World.AdvanceAsync(ChainWorld.Parameters.Window + 1, Bound);
        await node.SettleAsync(Bound);
        await node.DisposeAsync();
        TestNode again = Open(o => o with { ClaimOwn = false, ClaimFor = [ChainWorld.Hosts[1].Address] });
        UInt128 before = await BalanceAsync(ChainWorld.Hosts[1].Address);
        await again.SettleAsync(Bound);
        Assert.Equal(before + 413, await BalanceAsync(ChainWorld.Hosts[1].Address));
    }

    [Fact]
    public async Task SettleAsync_ReceiverRefusesItsMoney_IsNotTriedAgainBeforeTheNextFinalState()
    {
        int estimates = 0;
        using FaultyChain line = new() { CutBefore = body => (estimates += body.Contains("eth_estimateGas", StringComparison.Ordinal) ? 1 : 0) < 0 };
        TestNode node = Open(o => o with { ClaimOwn = false, ClaimFor = [ChainWorld.Hosts[0].Address, ChainWorld.Hosts[1].Address] }, line);
        await PostAsync(node);
        await World.AdvanceAsync(ChainWorld.Parameters.Window + 1, Bound);
        // PUSH1 0 PUSH1 0 REVERT
        await World.Rpc.CallAsync("anvil_setCode", [ChainWorld.Hosts[0].Address.ToString(), "0x60006000fd"], Bound);
        UInt128 host = await BalanceAsync(ChainWorld.Hosts[1].Address);
        await node.SettleAsync(Bound);
        int first = estimates;
        await node.SettleAsync(Bound);
        await node.SettleAsync(Bound);

        Assert.Equal(first, estimates);
        Assert.Equal(host + 413, await BalanceAsync(ChainWorld.Hosts[1].Address));
    }

    [Fact]
    public async Task SettleAsync_SomebodyElseFinalised_OnlyRecordsIt()
    {
        TestNode node = Open(o => o with { ClaimOwn = false });
        await PostAsync(node);
        await World.AdvanceAsync(ChainWorld.Parameters.Window + 1, Bound);
        await World.SendAsync(ChainWorld.Users[0], World.Rollup, World.Rollup.FinalizeBatches(5), 0, Bound);
        await node.SettleAsync(Bound);
        await node.PostAllAsync(Bound);
        Assert.Equal(LocalStatus.Final, node.Batches.Find(1)!.Status);
        Assert.Equal(1, node.Scalar<long>("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task PostAsync_FinalOnlyAtTheNewestBlock_WaitsForTheConfiguredOne()
    {
        TestNode node = Open(o => o with { ClaimOwn = false, FinalBlock = BlockTag.Earliest });
        await PostAsync(node);
        await World.AdvanceAsync(ChainWorld.Parameters.Window + 1, Bound);
        await node.SettleAsync(Bound);
        await node.PostAllAsync(Bound);
        Assert.Equal(1ul, await World.Rollup.GetFinalIndexAsync(BlockTag.Latest, Bound));
        Assert.Equal(LocalStatus.Posted, node.Batches.Find(1)!.Status);
    }

    private async Task PostAsync(TestNode node)
    {
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        await node.PostAllAsync(Bound);
    }

    private Task<UInt128> BalanceAsync(Address account) => World.Client.GetBalanceAsync(account, BlockTag.Latest, Bound);
}
