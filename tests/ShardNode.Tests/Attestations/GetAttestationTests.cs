using Google.Protobuf;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources;
using TeeTee.Grpc;
using TeeTee.Hosting.Limits;
using TeeTee.Primitives;
using TeeTee.Rollup.Poea;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Attestations;

/// <summary>Challenges over the real wire to a running shard.</summary>
public sealed class GetAttestationTests : IDisposable
{
    private static readonly Bytes32 s_nonce = Keccak256.Hash("nonce"u8);

    private readonly SimulatedTee _tee = new();

    public void Dispose() => _tee.Dispose();

    [Fact]
    public async Task GetAttestation_FreshNonce_BindsKeysAndNonceUnderOneQuote()
    {
        await using Cluster cluster = await StartAsync();

        ShardAttestation answer = ShardAttestation.Read(await AskAsync(cluster, s_nonce.ToWire()));

        Assert.Equal((s_nonce, Cluster.SlotId(0), cluster.Operators[0], TeeType.SimulatedTdx), (answer.Nonce, answer.Slot.SlotId, answer.Slot.Operator, answer.TeeType));
        Assert.Equal((cluster.Hosts[0].SigningKey, cluster.Hosts[0].EncryptionKey), (answer.SigningKey, answer.EncryptionKey));
        Assert.True(answer.LegacyQuote.IsEmpty);
        Assert.True(_tee.Verify(answer.Quote.Span, Expected(cluster, s_nonce)).Accepted);
        Assert.Equal(QuoteStage.ReportData, _tee.Verify(answer.Quote.Span, Expected(cluster, Bytes32.Zero)).Error?.Stage);
    }

    [Fact]
    public async Task GetAttestation_LegacyAskedFor_IsASecondQuoteThatIsNeverTheFirst()
    {
        await using Cluster cluster = await StartAsync();

        ShardAttestation answer = ShardAttestation.Read(await AskAsync(cluster, s_nonce.ToWire(), legacy: true));

        byte[] legacy = ReportData.ForLegacyAttestation(cluster.Hosts[0].SigningKey, s_nonce);
        Assert.True(_tee.Verify(answer.Quote.Span, Expected(cluster, s_nonce)).Accepted);
        Assert.True(_tee.Verify(answer.LegacyQuote.Span, legacy).Accepted);
        Assert.Equal(QuoteStage.ReportData, _tee.Verify(answer.LegacyQuote.Span, Expected(cluster, s_nonce)).Error?.Stage);
        Assert.Equal(QuoteStage.ReportData, _tee.Verify(answer.Quote.Span, legacy).Error?.Stage);
    }

    // The asker chooses the second half of the legacy form, so it can be made to equal the half that binds the keys. It does not help.
    [Fact]
    public async Task GetAttestation_NonceIsTheKeyHalfOfTheTaggedForm_StillPassesForNothingElse()
    {
        await using Cluster cluster = await StartAsync();
        byte[] tagged = Expected(cluster, s_nonce);
        Bytes32 chosen = new(tagged.AsSpan(32));

        ShardAttestation answer = ShardAttestation.Read(await AskAsync(cluster, chosen.ToWire(), legacy: true));

        Assert.True(TdxQuote.TryParse(answer.LegacyQuote.Span, out TdxQuote? parsed, out _));
        Assert.Equal(tagged[32..], parsed.Report.ReportData[32..].ToArray());
        Assert.Equal(QuoteStage.ReportData, _tee.Verify(answer.LegacyQuote.Span, tagged).Error?.Stage);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public async Task GetAttestation_NonceOfAnotherSize_IsInvalid(int size)
    {
        await using Cluster cluster = await StartAsync();

        GrpcException refused = await Assert.ThrowsAsync<GrpcException>(() => AskAsync(cluster, ByteString.CopyFrom(new byte[size])));

        Assert.Equal(GrpcStatusCode.InvalidArgument, refused.Code);
        Assert.Empty(_tee.Quotes.Asked);
    }

    [Fact]
    public async Task GetAttestation_ManyAskWithOneNonce_ShareOneQuote()
    {
        await using Cluster cluster = await StartAsync();
        TaskCompletionSource gate = new();
        _tee.Quotes.Gate = gate.Task;

        Task<GetAttestationReply>[] calls = [.. Enumerable.Range(0, 12).Select(_ => AskAsync(cluster, s_nonce.ToWire()))];
        await UntilAskedAsync(1);
        gate.SetResult();
        GetAttestationReply[] replies = await Task.WhenAll(calls).Bound();

        Assert.Single(replies.Distinct());
        Assert.Single(_tee.Quotes.Asked);
    }

    [Fact]
    public async Task GetAttestation_MoreNoncesThanMayRun_AreRefusedAtOnceAndServedLater()
    {
        await using Cluster cluster = await StartAsync(new SharedWorkLimits { MostRunning = 1, Burst = 100 });
        TaskCompletionSource gate = new();
        _tee.Quotes.Gate = gate.Task;
        Task<GetAttestationReply> first = AskAsync(cluster, s_nonce.ToWire());
        await UntilAskedAsync(1);

        GrpcException refused = await Assert.ThrowsAsync<GrpcException>(() => AskAsync(cluster, Keccak256.Hash("other"u8).ToWire()));
        gate.SetResult();
        await first;
        GetAttestationReply served = await AskAsync(cluster, Keccak256.Hash("other"u8).ToWire());

        Assert.Equal(GrpcStatusCode.ResourceExhausted, refused.Code);
        Assert.NotEmpty(served.Quote);
    }

    [Fact]
    public async Task GetAttestation_QuoteSourceRefuses_IsUnavailableAndAskedAgain()
    {
        await using Cluster cluster = await StartAsync();
        _tee.Quotes.IsBroken = true;

        GrpcException refused = await Assert.ThrowsAsync<GrpcException>(() => AskAsync(cluster, s_nonce.ToWire()));
        _tee.Quotes.IsBroken = false;
        GetAttestationReply served = await AskAsync(cluster, s_nonce.ToWire());

        Assert.Equal(GrpcStatusCode.Unavailable, refused.Code);
        Assert.NotEmpty(served.Quote);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(ShardAttestation.MostEventLogBytes, ShardAttestation.MostEventLogBytes)]
    [InlineData(ShardAttestation.MostEventLogBytes + 1, 0)]
    public async Task GetAttestation_SourceWithEventLog_GivesItUpToItsBound(int length, int given)
    {
        LoggedQuotes source = new(_tee.Quotes, length);
        await using Cluster cluster = await Cluster.StartAsync(1, o => o with { QuoteSource = source });

        ShardAttestation answer = ShardAttestation.Read(await AskAsync(cluster, s_nonce.ToWire(), legacy: true));

        Assert.Equal(given, answer.EventLog.Length);
        Assert.True(_tee.Verify(answer.Quote.Span, Expected(cluster, s_nonce)).Accepted);
    }

    private Task<Cluster> StartAsync(SharedWorkLimits? limits = null) => Cluster.StartAsync(
        1, o => o with { QuoteSource = _tee.Quotes, Limits = o.Limits with { Attestations = limits ?? new SharedWorkLimits() } });

    private static byte[] Expected(Cluster cluster, Bytes32 nonce) => ReportData.ForAttestation(
        Cluster.Domain, TestModel.Id, Cluster.SlotId(0), cluster.Operators[0], nonce, cluster.Hosts[0].SigningKey, cluster.Hosts[0].EncryptionKey);

    private static async Task<GetAttestationReply> AskAsync(Cluster cluster, ByteString nonce, bool legacy = false)
    {
        using GrpcChannel channel = cluster.Channel(0);
        return await channel.UnaryAsync(ShardMethods.GetAttestation, new GetAttestationRequest { Nonce = nonce, Legacy = legacy }).Bound();
    }

    private async Task UntilAskedAsync(int count)
    {
        for (int i = 0; i < 3000 && _tee.Quotes.Asked.Count < count; i++)
            await Task.Delay(10);
        Assert.Equal(count, _tee.Quotes.Asked.Count);
    }

    /// <summary>The simulator with a log beside its quotes, as a guest agent gives one.</summary>
    private sealed class LoggedQuotes(IQuoteSource inner, int length) : IEvidenceSource
    {
        public string TeeType => inner.TeeType;

        public GuestEvidence? Latest { get; private set; }

        public async Task<byte[]> GetQuoteAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken) =>
            (await GetEvidenceAsync(reportData, cancellationToken)).Quote.ToArray();

        public async Task<GuestEvidence> GetEvidenceAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken) =>
            Latest = new GuestEvidence(await inner.GetQuoteAsync(reportData, cancellationToken), new byte[length], "{}");
    }
}
