using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Tests.Batching;

namespace TeeTee.Sequencer.Tests.Posting;

public sealed class BatchPosterTests : NodeTest
{
    [Fact]
    public async Task RunOnceAsync_BuiltBatch_IsOnTheChainOnce()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.AnswerAsync(ChainWorld.Users[1], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
        await node.PostAllAsync(Bound);

        StoredBatch batch = node.Batches.Find(1)!;
        PostedBatch posted = (await World.Rollup.GetBatchAsync(1, BlockTag.Latest, Bound))!;
        Assert.Equal((batch.Hash, 2u), (posted.BatchHash, posted.Count));
        Assert.Equal((LocalStatus.Posted, (ulong?)posted.PostedAt), (batch.Status, batch.PostedAt));
        TransactionReceipt? receipt = await World.Client.GetTransactionReceiptAsync(batch.Transaction!.Value, Bound);
        Assert.True(receipt!.Succeeded);
        Assert.Equal(1, node.Scalar<long>("SELECT count(*) FROM outbox WHERE state = 'mined'"));
        Assert.False(await node.PostAsync(Bound));
        Assert.Equal(2ul, await World.Rollup.GetNextIndexAsync(BlockTag.Latest, Bound));
    }
}
