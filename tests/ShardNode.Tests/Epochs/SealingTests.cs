using TeeTee.Grpc;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;
using SealedEpoch = TeeTee.ShardProtocol.Mapping.SealedEpoch;

namespace TeeTee.ShardNode.Tests.Epochs;

/// <summary>One quote per epoch, over a set that is closed: through crashes at every point, clocks that step, and a second process.</summary>
public sealed class SealingTests : IDisposable
{
    private readonly SimulatedTee _tee = new();

    public void Dispose() => _tee.Dispose();

    [Fact]
    public async Task Seal_CrashBetweenCloseAndQuote_SealsTheSameSetAfterRestart()
    {
        await using Cluster cluster = await StartAsync();
        Bytes32[] closed = [await RunAsync(cluster), await RunAsync(cluster)];
        _tee.Quotes.IsBroken = true;
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<IOException>(() => SealAsync(cluster));
        Bytes32 late = await RunAsync(cluster);

        await cluster.Hosts[0].DisposeAsync();
        _tee.Quotes.IsBroken = false;
        await cluster.StartHostAsync(0);
        await SealAsync(cluster);

        SealedEpoch epoch = Assert.Single(await EpochsAsync(cluster));
        Assert.Equal(closed.Order(), epoch.ReceiptDigests);
        Assert.DoesNotContain(late, epoch.ReceiptDigests);
        AssertQuote(epoch);
    }

    [Fact]
    public async Task Seal_CrashBetweenQuoteAndStore_PublishesOneQuoteOfTheSameSet()
    {
        await using Cluster cluster = await StartAsync();
        Bytes32 receipt = await RunAsync(cluster);
        _tee.Quotes.IsBroken = true;
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        // What the process had asked for when it died: closed, quoted, not stored.
        ShardStore store = cluster.Hosts[0].Services.Store;
        ulong epoch = Assert.Single(store.Epochs.Close(CurrentEpoch(cluster) - 1));
        ExecutionTree tree = new(store.Epochs.DigestsOf(epoch));
        byte[] lost = await _tee.MakeAsync(Report(cluster, epoch, tree.Root));

        await cluster.Hosts[0].DisposeAsync();
        _tee.Quotes.IsBroken = false;
        await cluster.StartHostAsync(0);
        await SealAsync(cluster);
        await SealAsync(cluster);

        SealedEpoch published = Assert.Single(await EpochsAsync(cluster));
        Assert.Equal(receipt, Assert.Single(published.ReceiptDigests));
        Assert.Equal(tree.Root, published.Quote.Record.ExecutionRoot);
        AssertQuote(published);
        Assert.True(_tee.Verify(lost, Report(cluster, epoch, published.Quote.Record.ExecutionRoot)).Accepted);
    }

    [Fact]
    public async Task Seal_SecondQuoteOfAnEpoch_TheFirstStands()
    {
        await using Cluster cluster = await StartAsync();
        await RunAsync(cluster);
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        await SealAsync(cluster);
        SealedEpoch first = Assert.Single(await EpochsAsync(cluster));

        cluster.Hosts[0].Services.Store.Epochs.Add(new Storage.SealedEpoch(
            first.Quote.Record.Epoch, Bytes32.Zero, first.ReceiptDigests, Address.Zero, Bytes32.Zero, [1, 2, 3]));

        Assert.Equal(first, Assert.Single(await EpochsAsync(cluster)));
    }

    [Fact]
    public async Task Seal_CalledManyTimesAtOnce_AsksForOneQuote()
    {
        await using Cluster cluster = await StartAsync();
        await RunAsync(cluster);
        cluster.Clock.Advance(TimeSpan.FromHours(1));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => SealAsync(cluster)))).Bound();

        SealedEpoch epoch = Assert.Single(await EpochsAsync(cluster));
        byte[] report = Report(cluster, epoch.Quote.Record.Epoch, epoch.Quote.Record.ExecutionRoot);
        Assert.Single(_tee.Quotes.Asked, asked => asked.AsSpan().SequenceEqual(report));
        Assert.Single(_tee.Quotes.Asked);
    }

    [Fact]
    public async Task Seal_EpochStillRuns_ClosesNothing()
    {
        await using Cluster cluster = await StartAsync();
        await RunAsync(cluster);

        await SealAsync(cluster);

        Assert.Empty(await EpochsAsync(cluster));
        Assert.Empty(_tee.Quotes.Asked);
    }

    [Fact]
    public async Task Clock_GoesBack_ClosedEpochStaysClosedAndEachHasOneQuote()
    {
        await using Cluster cluster = await StartAsync();
        Bytes32 before = await RunAsync(cluster);
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        await SealAsync(cluster);
        SealedEpoch first = Assert.Single(await EpochsAsync(cluster));

        cluster.Clock.Advance(TimeSpan.FromHours(-5));
        Bytes32 after = await RunAsync(cluster);
        await SealAsync(cluster);
        Assert.Equal(first, Assert.Single(await EpochsAsync(cluster)));
        cluster.Clock.Advance(TimeSpan.FromHours(7));
        await SealAsync(cluster);

        SealedEpoch[] epochs = [.. await EpochsAsync(cluster)];
        Assert.Equal([[before], [after]], epochs.Select(epoch => epoch.ReceiptDigests.ToArray()));
        Assert.Equal(first, epochs[0]);
        Assert.True(epochs[1].Quote.Record.Epoch > first.Quote.Record.Epoch);
        Assert.Equal(2, _tee.Quotes.Asked.Count);
    }

    [Fact]
    public async Task Clock_LeapsAheadAndComesBack_ReceiptsGoBehindTheLeap()
    {
        await using Cluster cluster = await StartAsync();
        Bytes32 before = await RunAsync(cluster);
        cluster.Clock.Advance(TimeSpan.FromHours(30));
        await SealAsync(cluster);
        long leapt = CurrentEpoch(cluster);
        cluster.Clock.Advance(TimeSpan.FromHours(-30));

        Bytes32 after = await RunAsync(cluster);
        await cluster.Hosts[0].DisposeAsync();
        await cluster.StartHostAsync(0);
        Bytes32 afterRestart = await RunAsync(cluster);
        cluster.Clock.Advance(TimeSpan.FromHours(31));
        await SealAsync(cluster);

        SealedEpoch[] epochs = [.. await EpochsAsync(cluster)];
        Assert.Equal(before, Assert.Single(epochs[0].ReceiptDigests));
        Assert.Equal(new[] { after, afterRestart }.Order(), epochs[1].ReceiptDigests);
        Assert.Equal(leapt, (long)epochs[1].Quote.Record.Epoch);
    }

    [Fact]
    public async Task Start_SecondProcessOnTheStateFolder_IsRefusedAndTheFirstGoesOn()
    {
        await using Cluster cluster = await StartAsync();

        FailureException refused = await Assert.ThrowsAsync<FailureException>(
            () => ShardNodeHost.StartAsync(cluster.Options(0) with { Listen = new(System.Net.IPAddress.Loopback, 0) }, CancellationToken.None).Bound());

        Assert.Equal("state_in_use", refused.Code);
        await RunAsync(cluster);
    }

    // A quote that binds another key than the record names is refused, whichever of the two it is.
    [Fact]
    public async Task Quote_RecordNamesOtherKeys_IsRefused()
    {
        await using Cluster cluster = await StartAsync();
        await RunAsync(cluster);
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        await SealAsync(cluster);
        SealedEpoch epoch = Assert.Single(await EpochsAsync(cluster));
        QuoteRecord record = epoch.Quote.Record;

        Assert.True(Accepts(epoch, record));
        Assert.False(Accepts(epoch, record with { SigningKey = TestJob.User.Address }));
        Assert.False(Accepts(epoch, record with { EncryptionKey = Keccak256.Hash("another"u8) }));
        Assert.False(Accepts(epoch, record with { ExecutionRoot = Bytes32.Zero }));
        Assert.False(Accepts(epoch, record with { Epoch = record.Epoch + 1 }));
        Assert.False(Accepts(epoch, record with { Slot = record.Slot + 1 }));
        Assert.False(Accepts(epoch, record with { Operator = TestJob.User.Address }));
        Assert.False(Accepts(epoch, record with { ModelId = Bytes32.Zero }));
    }

    private Task<Cluster> StartAsync() => Cluster.StartAsync(1, o => o with { QuoteSource = _tee.Quotes });

    private static Task SealAsync(Cluster cluster) => cluster.Hosts[0].Services.Sealer.SealAsync(CancellationToken.None).Bound();

    private static long CurrentEpoch(Cluster cluster) => cluster.Clock.GetUtcNow().ToUnixTimeSeconds() / (long)cluster.Chain.EpochSeconds;

    /// <summary>Runs a job and gives the digest of its receipt.</summary>
    private static async Task<Bytes32> RunAsync(Cluster cluster)
    {
        JobRun run = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(5), 3)).Bound();
        Assert.True(WireMessages.TryRead(run.Require().Shards[0].Receipt, out Signed<ShardReceipt>? receipt));
        return Cluster.Domain.Digest(receipt.Message);
    }

    private static async Task<IReadOnlyList<SealedEpoch>> EpochsAsync(Cluster cluster)
    {
        using GrpcChannel channel = cluster.Channel(0);
        GetEpochsReply reply = await channel.UnaryAsync(ShardMethods.GetEpochs, new GetEpochsRequest()).Bound();
        return [.. reply.Epochs.Select(SealedEpoch.Read)];
    }

    private static byte[] Report(Cluster cluster, ulong epoch, Bytes32 root) => ReportData.ForEpoch(
        Cluster.Domain, TestModel.Id, Cluster.SlotId(0), cluster.Operators[0], epoch, root, cluster.Hosts[0].SigningKey, cluster.Hosts[0].EncryptionKey);

    private bool Accepts(SealedEpoch epoch, QuoteRecord record) =>
        _tee.Verify(epoch.Quote.Quote.Span, ReportData.ForEpoch(Cluster.Domain, record)).Accepted;

    private void AssertQuote(SealedEpoch epoch) => Assert.True(Accepts(epoch, epoch.Quote.Record));
}
