using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Tests.Batching;

namespace TeeTee.Sequencer.Tests.Disputes;

/// <summary>What the chain would not take as an answer never gets into a batch, whatever the sequencer itself thinks of it.</summary>
public sealed class ContractQuoteJudgeTests : NodeTest
{
    [Fact]
    public async Task CollectAsync_ContractAcceptsTheQuote_StoresTheEpoch()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.Equal(2, node.Scalar<long>("SELECT count(*) FROM epochs"));
    }

    [Fact]
    public async Task CollectAsync_ContractRaisedItsMinimum_RefusesTheQuote()
    {
        TestNode node = Open();
        TcbPolicy policy = SimulatedPolicy.Of(World.Pki, World.Quotes.Measurements).Platforms[0];
        byte[] raise = World.TcbRegistry.RaisePolicy(policy with { PceSvn = ushort.MaxValue, ValidUntil = policy.ValidUntil - 60 });
        await World.SendAsync(ChainWorld.Sequencer, World.TcbRegistry, raise, 0, Bound);
        await World.AdvanceAsync(2, Bound);
        ulong raised = await World.NowAsync(Bound) / ChainWorld.Parameters.EpochSeconds;
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, draft => draft with { Receipt = receipt => receipt with { Epoch = raised } });
        await World.AdvanceAsync(ChainWorld.Parameters.EpochSeconds, Bound);

        await node.CollectAsync(Bound);

        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM epochs"));
        Assert.Equal(2, node.Get<BatchingMetrics>().BadQuotes);
    }

    [Fact]
    public async Task CollectAsync_ImageDelisted_RunningEpochIsLostAndEarlierOnesStay()
    {
        TestNode node = Open();
        Bytes32 image = AttestedImage.Of(register => World.Quotes.Measurements[register]);
        ulong epoch = await World.NowAsync(Bound) / ChainWorld.Parameters.EpochSeconds;
        await World.AdvanceAsync(ChainWorld.Parameters.EpochSeconds, Bound);
        await World.SendAsync(ChainWorld.Sequencer, World.TcbRegistry, World.TcbRegistry.DelistImage(image), 0, Bound);
        await World.AdvanceAsync(2, Bound);
        // The first job's receipts are of an epoch that ended before, the second's of one that did not.
        ulong running = await World.NowAsync(Bound) / ChainWorld.Parameters.EpochSeconds;
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, draft => draft with { Receipt = receipt => receipt with { Epoch = epoch } });
        await node.AnswerAsync(ChainWorld.Users[0], 2, Bound, draft => draft with { Receipt = receipt => receipt with { Epoch = running } });
        await World.AdvanceAsync(ChainWorld.Parameters.EpochSeconds, Bound);

        await node.CollectAsync(Bound);

        Assert.Equal((long)epoch, node.Scalar<long>("SELECT min(epoch) FROM epochs"));
        Assert.Equal((long)epoch, node.Scalar<long>("SELECT max(epoch) FROM epochs"));
        KeyStanding? standing = await World.Registry.GetStandingAsync(World.Slots[0].SlotId, World.Enclaves[0].Address, TeeTee.Ethereum.BlockTag.Latest, Bound);
        Assert.Equal((image, true), (standing!.Image, standing.IsAnswered));
        Assert.InRange(standing.LapsedAt, 1ul, await World.NowAsync(Bound));
        Assert.True(standing.Key.IsValidAt(epoch));
        Assert.False(standing.Key.IsValidAt(running));
    }
}
