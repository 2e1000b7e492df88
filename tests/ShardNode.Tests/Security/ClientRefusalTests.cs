using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Tls;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Security;

/// <summary>Who dials a real shard and is refused, by TLS or by the call; the honest ones pass by the same means.</summary>
public sealed class ClientRefusalTests
{
    [Fact]
    public async Task Link_HonestShard_IsGreetedAndMayDoNothingElse()
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);
        using X509Certificate2 certificate = await cluster.Forge(0).MakeAsync("honest");
        using GrpcChannel channel = Peers.Channel(cluster.Hosts[1].Address, certificate);

        await using GrpcDuplexCall<LinkFrame, LinkFrame> link = channel.DuplexStreaming(ShardMethods.Link);
        await link.WriteAsync(HelloOf(cluster, 0), CancellationToken.None);
        LinkFrame? greeting = await link.ReadAsync(CancellationToken.None).AsTask().Bound();
        await link.WriteAsync(new LinkFrame { Ping = new Ping { Nonce = 7 } }, CancellationToken.None);
        LinkFrame? pong = await link.ReadAsync(CancellationToken.None).AsTask().Bound();

        Assert.Equal(Cluster.SlotId(1), greeting?.Hello?.Identity.SlotId);
        Assert.Equal(7ul, pong?.Pong?.Nonce);
        foreach (Func<Task> call in SequencerCalls(cluster, channel, 1))
            Assert.Equal(GrpcStatusCode.PermissionDenied, (await Assert.ThrowsAsync<GrpcException>(() => call().Bound())).Code);
    }

    [Theory]
    [MemberData(nameof(PeerForge.Forgeries), MemberType = typeof(PeerForge))]
    public async Task Link_ForgedShard_IsRefusedWithTheCause(string forgery, PeerStage stage)
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);
        using X509Certificate2 certificate = await cluster.Forge(0).MakeAsync(forgery);

        await AssertRefusedAsync(cluster, certificate);

        Assert.Contains(cluster.Log.Lines, line => line.Contains("was refused", StringComparison.Ordinal) && line.Contains($"{stage}: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("wrong slot")]
    [InlineData("wrong operator")]
    [InlineData("wrong key")]
    public async Task Link_AttestedShardThatTheContractDoesNotKnow_IsRefusedWithTheCause(string what)
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);
        using X509Certificate2 certificate = await cluster.Forge(0).MakeAsync(what);

        GrpcException e = await AssertRefusedAsync(cluster, certificate);

        Assert.Equal(GrpcStatusCode.PermissionDenied, e.Code);
        Assert.Contains("in the contract", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slot")]
    [InlineData("operator")]
    [InlineData("key")]
    public async Task Link_HelloOtherThanTheCertificate_IsRefusedNamingBoth(string field)
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);
        using X509Certificate2 certificate = await cluster.Forge(0).MakeAsync("honest");
        using GrpcChannel channel = Peers.Channel(cluster.Hosts[1].Address, certificate);
        LinkFrame hello = HelloOf(cluster, 0);
        if (field == "slot")
            hello.Hello.Identity.SlotId = Cluster.SlotId(1);
        else if (field == "operator")
            hello.Hello.Operator = ShardProtocol.Mapping.Wire.ToWire(cluster.Operators[1]);
        else
            hello.Hello.SigningKey = ShardProtocol.Mapping.Wire.ToWire(cluster.Hosts[1].SigningKey);

        await using GrpcDuplexCall<LinkFrame, LinkFrame> link = channel.DuplexStreaming(ShardMethods.Link);
        await link.WriteAsync(hello, CancellationToken.None);
        Assert.NotNull((await link.ReadAsync(CancellationToken.None).AsTask().Bound())?.Hello);
        GrpcException e = await Assert.ThrowsAsync<GrpcException>(() => link.ReadAsync(CancellationToken.None).AsTask().Bound());

        Assert.Equal(GrpcStatusCode.FailedPrecondition, e.Code);
        Assert.Contains("the certificate is slot", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_KeyRevokedOnChain_IsRefused()
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);
        using X509Certificate2 certificate = await cluster.Forge(0).MakeAsync("honest");
        SlotKey key = cluster.Chain.Keys[Cluster.SlotId(0)];
        cluster.Chain.Keys[Cluster.SlotId(0)] = key with { ValidUntil = 3 };

        GrpcException e = await AssertRefusedAsync(cluster, certificate);

        Assert.Equal(GrpcStatusCode.PermissionDenied, e.Code);
    }

    [Fact]
    public async Task Call_NoClientCertificate_IsRefused()
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);

        await AssertRefusedAsync(cluster, null);

        Assert.Contains(cluster.Log.Lines, line => line.Contains("Certificate: none was presented", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_PlainClient_IsRefused()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, attested: true);
        using GrpcChannel channel = GrpcChannel.ForAddress(new Uri($"http://127.0.0.1:{cluster.Hosts[0].Address.Port}"));

        foreach (Func<Task> call in SequencerCalls(cluster, channel, 0))
            await Assert.ThrowsAsync<GrpcException>(() => call().Bound());
    }

    [Fact]
    public async Task Call_Sequencer_MayDoAllButLink()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, attested: true);
        using GrpcChannel channel = cluster.Channel(0);

        foreach (Func<Task> call in SequencerCalls(cluster, channel, 0))
            await call().Bound();
        GrpcException e = await Assert.ThrowsAsync<GrpcException>(() => ReadLinkAsync(channel, HelloOf(cluster, 0)).Bound());

        Assert.Equal(GrpcStatusCode.PermissionDenied, e.Code);
        Assert.Contains("a sequencer of", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_SequencerThatIsNoPoster_IsRefusedUntilItIs()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, attested: true);
        PrivateKey stranger = PrivateKey.Generate();
        using GrpcChannel channel = Peers.Channel(cluster.Hosts[0].Address, Peers.SequencerOf(stranger));

        foreach (Func<Task> call in SequencerCalls(cluster, channel, 0))
        {
            GrpcException e = await Assert.ThrowsAsync<GrpcException>(() => call().Bound());
            Assert.Equal((GrpcStatusCode.PermissionDenied, $"{stranger.Address} is no active poster."), (e.Code, e.Message));
        }
        cluster.Chain.Posters[stranger.Address] = true;
        await UntilPassesAsync(() => SequencerCalls(cluster, channel, 0).First()());
    }

    [Fact]
    public async Task Call_ExpiredSequencer_IsRefused()
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);
        DateTimeOffset now = DateTimeOffset.UtcNow;

        await AssertRefusedAsync(cluster, Peers.SequencerOf(cluster.Sequencer, from: now.AddHours(-3), until: now.AddHours(-1)));

        Assert.Contains(cluster.Log.Lines, line => line.Contains("Validity: expired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_VoucherOfAnotherRollup_IsNoPoster()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, attested: true);
        using X509Certificate2 certificate = Peers.SequencerOf(cluster.Sequencer, new RollupDomain(Cluster.ChainId, cluster.Operators[0]));
        using GrpcChannel channel = Peers.Channel(cluster.Hosts[0].Address, certificate);

        GrpcException e = await Assert.ThrowsAsync<GrpcException>(() => SequencerCalls(cluster, channel, 0).First()().Bound());

        Assert.Equal(GrpcStatusCode.PermissionDenied, e.Code);
    }

    [Fact]
    public async Task Call_ChainDown_LetsKnownPostersInAndTellsOthersToComeBack()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, attested: true);
        using GrpcChannel known = cluster.Channel(0);
        await SequencerCalls(cluster, known, 0).First()().Bound();
        cluster.Chain.IsDown = true;
        using GrpcChannel other = Peers.Channel(cluster.Hosts[0].Address, Peers.SequencerOf(PrivateKey.Generate()));

        await SequencerCalls(cluster, known, 0).First()().Bound();
        GrpcException e = await Assert.ThrowsAsync<GrpcException>(() => SequencerCalls(cluster, other, 0).First()().Bound());

        Assert.Equal(GrpcStatusCode.Unavailable, e.Code);
        Assert.Contains("may post cannot be checked", e.Message, StringComparison.Ordinal);
    }

    private static async Task<GrpcException> AssertRefusedAsync(Cluster cluster, X509Certificate2? certificate)
    {
        using GrpcChannel channel = Peers.Channel(cluster.Hosts[1].Address, certificate);
        return await Assert.ThrowsAsync<GrpcException>(() => ReadLinkAsync(channel, HelloOf(cluster, 0)).Bound());
    }

    private static async Task ReadLinkAsync(GrpcChannel channel, LinkFrame hello)
    {
        await using GrpcDuplexCall<LinkFrame, LinkFrame> link = channel.DuplexStreaming(ShardMethods.Link);
        await link.WriteAsync(hello, CancellationToken.None);
        Assert.NotNull(await link.ReadAsync(CancellationToken.None));
    }

    private static LinkFrame HelloOf(Cluster cluster, int index) => new() { Hello = cluster.Hosts[index].Services.Self.ToHello() };

    private static IEnumerable<Func<Task>> SequencerCalls(Cluster cluster, GrpcChannel channel, int index) =>
    [
        () => channel.UnaryAsync(ShardMethods.Handshake, new HandshakeRequest { Expected = RawLink.Identity(Cluster.SlotId(index)) }),
        () => channel.UnaryAsync(ShardMethods.CancelJob, new CancelJobRequest { Cancel = ShardProtocol.Mapping.Wire.ToWire(CancelOf()) }),
        () => channel.UnaryAsync(ShardMethods.GetEpochs, new GetEpochsRequest()),
        () => channel.UnaryAsync(ShardMethods.GetReceipts, new GetReceiptsRequest()),
        async () =>
        {
            await using GrpcServerStreamingCall<JobEvent> call = channel.ServerStreaming(
                ShardMethods.OpenJob, cluster.OpenOf(TestJob.Create(TestModel.Prompt(4), 2)));
            await call.ReadAsync(CancellationToken.None);
        },
    ];

    private static Signed<CancelJob> CancelOf() => Cluster.Domain.Sign(new CancelJob(Primitives.Keccak256.Hash([1]), 1), TestJob.User);

    private static async Task UntilPassesAsync(Func<Task> call)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                await call().Bound();
                return;
            }
            catch (GrpcException e) when (e.Code == GrpcStatusCode.PermissionDenied && i < 100)
            {
                await Task.Delay(100);
            }
        }
    }
}
