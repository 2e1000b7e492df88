using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Tls;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Tests.Support;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.Links;

namespace TeeTee.Sequencer.Tests.Shards;

/// <summary>Whom a sequencer believes to be the shard at an address.</summary>
public sealed class AttestedPoolTests : IAsyncDisposable
{
    private static readonly ShardClaims s_claims = new(
        TestWorld.Deployment.ChainId, TestWorld.Deployment.Rollup, TestWorld.ModelId, TestWorld.Slots[0].SlotId, TestWorld.Slots[0].Operator,
        TestWorld.ShardKeys[0].Address, FakeChain.EncryptionKey);

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-pool-").FullName;
    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private readonly FakeChain _chain = new();
    private readonly MovedClock _clock = new();

    private PeerForge Forge => new(_pki, s_claims);

    public ValueTask DisposeAsync()
    {
        _pki.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Pool_HonestShard_IsAMemberAndIsShownTheSequencersCertificate()
    {
        await using ScriptedShard shard = await StartShardAsync("honest");
        await using SequencerHost host = await StartAsync(shard.Endpoint);

        PoolSnapshot pool = await RefreshAsync(host);

        Assert.Equal("https", shard.Endpoint.Scheme);
        Assert.Equal(7u, Assert.Single(pool.Members).Slot.SlotId);
        LinkVerifier verifier = new(TestWorld.Domain, Secp256k1Recovery.Instance, Trust(), TimeProvider.System);
        Assert.Equal(new VouchedSequencer(TestWorld.Sequencer.Address), verifier.Check(shard.CallerCertificate).Caller);
    }

    [Theory]
    [MemberData(nameof(PeerForge.Forgeries), MemberType = typeof(PeerForge))]
    [InlineData("wrong slot", PeerStage.Identity)]
    public async Task Pool_ForgedShard_IsAskedNothingAndTheCauseIsSaid(string forgery, PeerStage stage)
    {
        await using ScriptedShard shard = await StartShardAsync(forgery);
        await using SequencerHost host = await StartAsync(shard.Endpoint);

        PoolSnapshot pool = await RefreshAsync(host);

        Assert.Empty(pool.Members);
        Assert.Equal(0, shard.Handshakes);
        Assert.StartsWith($"What it proves was refused. {stage}: ", Assert.Single(pool.Faults).Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wrong operator", "operator")]
    [InlineData("wrong key", "signing key")]
    public async Task Pool_HandshakeOtherThanTheCertificate_IsNoMember(string what, string field)
    {
        await using ScriptedShard shard = await StartShardAsync(what);
        await using SequencerHost host = await StartAsync(shard.Endpoint);

        PoolSnapshot pool = await RefreshAsync(host);

        Assert.Empty(pool.Members);
        Assert.StartsWith($"The handshake is not its certificate's: the {field} is ", Assert.Single(pool.Faults).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pool_KeyThatTheRegistryDoesNotHave_IsNoMember()
    {
        await using ScriptedShard shard = await StartShardAsync("honest");
        await using SequencerHost host = await StartAsync(shard.Endpoint);
        _chain.Keys[7] = _chain.Keys[7] with { ValidUntil = 1 };

        PoolSnapshot pool = await RefreshAsync(host);

        Assert.Empty(pool.Members);
        Assert.Contains("is not registered for slot 7", Assert.Single(pool.Faults).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pool_ShardReturnsWithAnotherKey_GivesTheOldChannelUpAndTakesIt()
    {
        ScriptedShard shard = await StartShardAsync("honest");
        await using SequencerHost host = await StartAsync(shard.Endpoint);
        Assert.Single((await RefreshAsync(host)).Members);
        await shard.DisposeAsync();
        PrivateKey fresh = PrivateKey.Generate();
        _chain.Keys[7] = _chain.Keys[7] with { SigningKey = fresh.Address };
        PeerForge forge = new(_pki, s_claims with { SigningKey = fresh.Address });
        await using ScriptedShard back = await ScriptedShard.StartAsync(TestWorld.Slots[0], port: shard.Endpoint.Port, certificate: await forge.MakeAsync("honest"));
        back.SigningKey = fresh.Address;

        await BoundedWait.UntilAsync(() => host.Services.GetRequiredService<ShardPool>().Current.Members.Any(m => m.Key.SigningKey == fresh.Address));
    }

    [Fact]
    public async Task Pool_CertificateRunsOut_TheShardIsNoMemberAnyLonger()
    {
        await using ScriptedShard shard = await StartShardAsync("honest");
        await using SequencerHost host = await StartAsync(shard.Endpoint);
        ShardPool pool = host.Services.GetRequiredService<ShardPool>();
        await BoundedWait.UntilAsync(() => pool.Current.Members.Length == 1);

        _clock.Advance(TimeSpan.FromHours(24));

        await BoundedWait.UntilAsync(() => pool.Current.Members.Length == 0);
        Assert.StartsWith("What it proves was refused. Validity: expired", Assert.Single(pool.Current.Faults).Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8600", false, "plain_link_refused")]
    [InlineData("https://127.0.0.1:8600", true, "bad_setting")]
    public async Task StartAsync_AddressOfTheOtherKind_IsRefused(string address, bool plain, string code)
    {
        FailureException e = await Assert.ThrowsAsync<FailureException>(
            () => SequencerHost.StartAsync(Options(new Uri(address)) with { PlainLinks = plain }, CancellationToken.None).Within());

        Assert.Equal(code, e.Code);
    }

    private async Task<ScriptedShard> StartShardAsync(string forgery) =>
        await ScriptedShard.StartAsync(TestWorld.Slots[0], certificate: await Forge.MakeAsync(forgery));

    private Task<SequencerHost> StartAsync(Uri shard) => SequencerHost.StartAsync(Options(shard), CancellationToken.None).Within();

    private static async Task<PoolSnapshot> RefreshAsync(SequencerHost host)
    {
        ShardPool pool = host.Services.GetRequiredService<ShardPool>();
        await pool.RefreshAsync(readRegistry: true, CancellationToken.None).Within();
        return pool.Current;
    }

    private AttestedPeerOptions Trust() => new() { Root = _pki.Root, Policy = Policy(), Collateral = Held() };

    private HeldCollateral Held() => new(_pki.Collateral(DateTimeOffset.UtcNow));

    private static QuotePolicy Policy() => new()
    {
        AllowSimulated = true,
        AllowedMeasurements = SimulatedMeasurements.Of(PeerForge.Image, PeerForge.Compose).ToAllowList(),
    };

    private SequencerOptions Options(Uri shard) => new()
    {
        Key = TestWorld.Sequencer,
        ChainEndpoint = new Uri("http://127.0.0.1:1/"),
        Deployment = TestWorld.Deployment,
        DatabasePath = Path.Combine(_folder, "sequencer.db"),
        Models = [TestWorld.Offer],
        Shards = [new ShardEndpoint(shard, 7)],
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Times = TestSequencer.QuickTimes,
        AllowSimulatedTee = true,
        TrustedRoot = _pki.Root,
        Collateral = Held(),
        QuotePolicy = Policy(),
        Clock = _clock,
        Chain = _chain,
        ConfigureLogging = logging => logging.ClearProviders(),
    };

    private sealed class MovedClock : TimeProvider
    {
        private long _ticks;

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));
    }
}
