using System.Net;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Chain;

/// <summary>Renewal of a running shard's key, judged by the real verifier on a real node whose time the test lets pass. 10,000 s are the longest validity.</summary>
public sealed class KeyRenewalTests
{
    private const byte QuoteVerifierModule = 1;

    [Fact]
    public async Task CheckAsync_ThirdIsLeft_ExtendsTheKeyOnceWithTheNonceThatIsThere()
    {
        await using AnvilWorld world = await AnvilWorld.StartAsync();
        await using ShardNodeHost host = await ShardNodeHost.StartAsync(world.Options, CancellationToken.None).Bound();
        SlotKey before = await KeyAsync(world, host);
        ulong sent = await world.SentByHostAsync();
        await CheckAsync(host);
        Assert.Equal(sent, await world.SentByHostAsync());

        await world.PassAsync(6_800);
        // What a try leaves that was cut short: its nonce.
        RegistryContract registry = new(world.Client, world.Deployment.Registry);
        await world.SendAsync(AnvilWorld.Host, registry.Address, registry.BeginRegistration(host.SlotId));
        await CheckAsync(host);

        SlotKey after = await KeyAsync(world, host);
        Assert.Equal(before with { ValidUntil = after.ValidUntil }, after);
        Assert.InRange(after.ValidUntil, before.ValidUntil + 679, before.ValidUntil + 700);
        Assert.Equal(sent + 2, await world.SentByHostAsync());
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => CheckAsync(host)));
        Assert.Equal(sent + 2, await world.SentByHostAsync());
        await world.PassAsync(6_800);
        await CheckAsync(host);
        Assert.Equal((sent + 4, 0ul), (await world.SentByHostAsync(), (await registry.GetRegistrationNonceAsync(host.SlotId, BlockTag.Latest, CancellationToken.None)).ExpiresAt));
    }

    [Fact]
    public async Task CheckAsync_RenewalFails_AlarmsWhenATenthIsLeftAndRecovers()
    {
        await using AnvilWorld world = await AnvilWorld.StartAsync();
        ShardNodeOptions options = world.Options with { HttpListen = new IPEndPoint(IPAddress.Loopback, 0) };
        await using ShardNodeHost host = await ShardNodeHost.StartAsync(options, CancellationToken.None).Bound();
        using HttpClient http = new() { BaseAddress = host.HttpAddress, Timeout = TimeSpan.FromSeconds(20) };
        string key = options.Registration!.OperatorKeyFile;
        File.Move(key, key + ".away");

        await world.PassAsync(7_000);
        TimeSpan first = await CheckAsync(host);
        string early = await ReadyAsync(http);
        await world.PassAsync(2_200);
        TimeSpan second = await CheckAsync(host);
        string late = await ReadyAsync(http);
        File.Move(key + ".away", key);
        await CheckAsync(host);

        Assert.DoesNotContain("renewal", early, StringComparison.Ordinal);
        Assert.Contains("\"renewal\"", late, StringComparison.Ordinal);
        Assert.Contains("cannot be renewed", late, StringComparison.Ordinal);
        Assert.True(second > first);
        Assert.DoesNotContain("renewal", await ReadyAsync(http), StringComparison.Ordinal);
        string metrics = await http.GetStringAsync("/metrics");
        // The instruments are the process's: other tests' shards count too.
        Assert.Contains("teetee_shard_key_renewals_total{outcome=\"failed\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("teetee_shard_key_renewals_total{outcome=\"renewed\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("teetee_shard_key_left_seconds ", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_OperatorRevokedTheKey_LeavesItEnded()
    {
        await using AnvilWorld world = await AnvilWorld.StartAsync();
        ShardNodeOptions options = world.Options with { HttpListen = new IPEndPoint(IPAddress.Loopback, 0) };
        await using ShardNodeHost host = await ShardNodeHost.StartAsync(options, CancellationToken.None).Bound();
        using HttpClient http = new() { BaseAddress = host.HttpAddress, Timeout = TimeSpan.FromSeconds(20) };
        RegistryContract registry = new(world.Client, world.Deployment.Registry);

        await world.SendAsync(AnvilWorld.Host, registry.Address, registry.RevokeKey(host.SlotId, host.SigningKey));
        ulong sent = await world.SentByHostAsync();
        SlotKey revoked = await KeyAsync(world, host);
        await CheckAsync(host);

        Assert.Equal((sent, revoked), (await world.SentByHostAsync(), await KeyAsync(world, host)));
        Assert.Contains("revoked or replaced", await ReadyAsync(http), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_JudgeFellSilent_VerifierInForceTakesTheKeyOver()
    {
        await using AnvilWorld world = await AnvilWorld.StartAsync();
        await using ShardNodeHost host = await ShardNodeHost.StartAsync(world.Options, CancellationToken.None).Bound();
        RegistryContract registry = new(world.Client, world.Deployment.Registry);
        RollupContract rollup = new(world.Client, world.Deployment.Rollup);
        Address old = await rollup.GetQuoteVerifierAsync(BlockTag.Latest, CancellationToken.None);
        byte[] code = await world.Client.GetCodeAsync(old, BlockTag.Latest, CancellationToken.None);
        // Root and registry are in the code, so that a copy is the same verifier at another address.
        Address next = PrivateKey.Generate().Address;
        await world.SetCodeAsync(next, code);

        await world.SetCodeAsync(old, []);
        await CheckAsync(host);
        Assert.False((await StandingAsync(registry, host)).IsAnswered);
        await world.SendAsync(AnvilWorld.Owner, rollup.Address, AbiFunction.Parse("function queueModule(uint8,address)").EncodeCall((ulong)QuoteVerifierModule, next));
        await world.PassAsync((int)AnvilWorld.Parameters.ModuleDelay + 1);
        await world.SendAsync(AnvilWorld.Owner, rollup.Address, AbiFunction.Parse("function applyModule(uint8)").EncodeCall((ulong)QuoteVerifierModule));
        await CheckAsync(host);

        KeyStanding standing = await StandingAsync(registry, host);
        Assert.Equal((next, true, 0ul), (standing.Judge, standing.IsAnswered, standing.LapsedAt));
        Assert.True(standing.Key.IsValidAt(await registry.GetCurrentEpochAsync(BlockTag.Latest, CancellationToken.None)));
    }

    private static Task<TimeSpan> CheckAsync(ShardNodeHost host) => host.Services.Renewal!.CheckAsync(CancellationToken.None).Bound();

    private static async Task<SlotKey> KeyAsync(AnvilWorld world, ShardNodeHost host) =>
        Assert.Single(await world.View.GetKeysAsync(host.SlotId, CancellationToken.None).Bound());

    private static async Task<KeyStanding> StandingAsync(RegistryContract registry, ShardNodeHost host) =>
        (await registry.GetStandingAsync(host.SlotId, host.SigningKey, BlockTag.Latest, CancellationToken.None))!;

    private static async Task<string> ReadyAsync(HttpClient http) => await (await http.GetAsync("/readyz")).Content.ReadAsStringAsync();
}
