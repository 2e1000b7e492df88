using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Tests.Batching;

public sealed class EpochCollectorTests : NodeTest
{
    [Fact]
    public async Task RunOnceAsync_SealedEpochs_CoversTheReceipts()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        Assert.Equal(CandidateState.Uncovered, Assert.Single(node.Get<CandidateStore>().All()).State);
        await node.CollectAsync(Bound);

        Assert.Equal(CandidateState.Ready, Assert.Single(node.Get<CandidateStore>().All()).State);
        Assert.Equal(0, node.Get<BatchingMetrics>().BadQuotes);
        int calls = Shards[0].Calls;
        await node.CollectAsync(Bound);
        Assert.Equal(calls, Shards[0].Calls);
    }

    [Fact]
    public async Task RunOnceAsync_NotSealedYet_FindsItLater()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        Shards[1].IsSealed = false;
        await node.CollectAsync(Bound);
        Assert.False(await node.BuildAsync(Bound));
        Shards[1].IsSealed = true;
        await node.CollectAsync(Bound);
        Assert.True(await node.BuildAsync(Bound));
    }

    [Theory]
    [InlineData("signature")]
    [InlineData("report data")]
    [InlineData("another root")]
    [InlineData("key not registered")]
    [InlineData("encryption key")]
    [InlineData("another operator")]
    [InlineData("another model")]
    [InlineData("says it is hardware")]
    [InlineData("damaged digests")]
    [InlineData("empty quote")]
    public async Task RunOnceAsync_BadQuote_IsCountedOnceAndNeverStored(string fault)
    {
        using var stranger = SimulatedPki.Create(TimeProvider.System);
        using SimulatedQuoteSource foreign = new(stranger, SimulatedMeasurements.Of("world", "test"));
        Plant(fault, foreign);
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.True(node.Get<BatchingMetrics>().BadQuotes == 1 || fault is "another operator", fault);

        Assert.Equal(1, node.Scalar<long>("SELECT count(*) FROM epochs"));
        Assert.False(await node.BuildAsync(Bound));
        Assert.Null(node.Batches.Find(1));
    }

    [Fact]
    public async Task RunOnceAsync_SimulatedNotAllowed_StoresNothing()
    {
        TestNode node = Open(o => o with { AllowSimulatedTee = false });
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM epochs"));
        Assert.Equal(2, node.Get<BatchingMetrics>().BadQuotes);
    }

    [Fact]
    public async Task RunOnceAsync_EpochLeavesOutAReceipt_KeepsItUnposted()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        ulong epoch = (ulong)node.Scalar<long>("SELECT max(epoch) FROM epochs");
        // Signed into an epoch that was closed without it.
        await node.AnswerAsync(ChainWorld.Users[1], 1, Bound, d => d with { Receipt = r => r with { Epoch = epoch } });
        await node.CollectAsync(Bound);
        Assert.Single(node.Get<CandidateStore>().All(), c => c.State == CandidateState.Uncovered);
        Assert.True(await node.BuildAsync(Bound));
        Assert.Equal(1u, node.Batches.Find(1)!.Header.Count);
    }

    /// <summary>A host with a fast clock seals epochs early; posted then, they could be taken from under the poster.</summary>
    [Fact]
    public async Task RunOnceAsync_EpochNotOver_WaitsForItsEndWithoutAFault()
    {
        TestNode node = Open();
        ulong next = (await World.NowAsync(Bound) / ChainWorld.Parameters.EpochSeconds) + 5;
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound, d => d with { Receipt = r => r with { Epoch = next } });
        await node.CollectAsync(Bound);
        Assert.Equal((0, 0), (node.Get<BatchingMetrics>().BadQuotes, node.Scalar<long>("SELECT count(*) FROM epochs")));

        await World.AdvanceAsync(6 * ChainWorld.Parameters.EpochSeconds, Bound);
        await node.CollectAsync(Bound);
        Assert.Equal((0, 2), (node.Get<BatchingMetrics>().BadQuotes, node.Scalar<long>("SELECT count(*) FROM epochs")));
    }

    [Fact]
    public async Task RunOnceAsync_EpochThatNeverComes_HidesNoLaterOne()
    {
        TestNode node = Open();
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        ulong lost = (ulong)node.Scalar<long>("SELECT min(epoch) FROM job_shards");
        for (ulong epoch = lost + 1; epoch < lost + 25; epoch++)
            Shards[1].Add(epoch, Keccak256.Hash([(byte)epoch]));
        await node.AnswerAsync(ChainWorld.Users[1], 25, Bound);
        Shards[1].Wire = wire =>
        {
            if (wire.Epoch == lost)
                wire.ReceiptDigests.Clear();
        };
        Shards[1].PageSize = 1;
        await node.CollectAsync(Bound);

        Assert.True(await node.BuildAsync(Bound));
        Assert.Equal(25, node.Scalar<long>("SELECT nonce FROM jobs WHERE batch_index = 1"));
    }

    [Fact]
    public async Task RunOnceAsync_ClockWasWrong_TakesTheSameQuoteLater()
    {
        ShiftedClock clock = new() { Shift = TimeSpan.FromDays(-3_650) };
        TestNode node = Open(o => o with { Clock = clock });
        Dictionary<ulong, Google.Protobuf.ByteString>[] quotes = [[], []];
        for (int i = 0; i < Shards.Length; i++)
        {
            Dictionary<ulong, Google.Protobuf.ByteString> first = quotes[i];
            Shards[i].Wire = wire => wire.Quote = first.TryAdd(wire.Epoch, wire.Quote) ? wire.Quote : first[wire.Epoch];
        }
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        await node.CollectAsync(Bound);
        Assert.Equal((2, 0), (node.Get<BatchingMetrics>().BadQuotes, node.Scalar<long>("SELECT count(*) FROM epochs")));

        clock.Shift = TimeSpan.Zero;
        await node.CollectAsync(Bound);
        Assert.Equal((2, 2), (node.Get<BatchingMetrics>().BadQuotes, node.Scalar<long>("SELECT count(*) FROM epochs")));
    }

    private void Plant(string fault, SimulatedQuoteSource foreign)
    {
        ShardStub shard = Shards[1];
        PrivateKey other = PrivateKey.Generate();
        switch (fault)
        {
            case "signature":
                shard.Quote = quote => Flip(quote, 700);
                break;
            case "report data":
                shard.Report = data => Flip(data, 3);
                break;
            case "another root":
                shard.Report = data => data;
                shard.Quote = quote => foreign.GetQuoteAsync(quote.AsMemory(568, 64), CancellationToken.None).Result;
                break;
            case "key not registered":
                shard.Record = record => record with { SigningKey = other.Address };
                break;
            case "encryption key":
                shard.Record = record => record with { EncryptionKey = Keccak256.Hash("x9"u8) };
                break;
            case "another operator":
                shard.Record = record => record with { Operator = other.Address };
                break;
            case "another model":
                shard.Record = record => record with { ModelId = Keccak256.Hash("m"u8) };
                break;
            case "says it is hardware":
                shard.Wire = wire => wire.TeeType = TeeTee.ShardProtocol.V1.TeeType.Tdx;
                break;
            case "damaged digests":
                shard.Wire = wire => wire.ReceiptDigests[0] = Google.Protobuf.ByteString.CopyFrom(new byte[32]);
                break;
            default:
                shard.Quote = _ => [];
                break;
        }
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        bytes[at] ^= 1;
        return bytes;
    }

    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Shift.TotalSeconds * TimestampFrequency);
    }
}
