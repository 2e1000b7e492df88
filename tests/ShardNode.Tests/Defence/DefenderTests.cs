using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Defence;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Defence;

/// <summary>An honest host against a challenger without a case, on the real contracts: it keeps everything, whenever its programs die.</summary>
public sealed class DefenderTests
{
    private const uint Position = DisputeWorld.PromptLength - 1;

    private static readonly Bytes32 s_salt = Keccak256.Hash("salt"u8);

    [Fact]
    public async Task RunOnceAsync_HonestHostKilledBetweenAllMoves_RevealsAnswersAndTakesTheBond()
    {
        await using DisputeWorld world = await DisputeWorld.StartAsync();
        OperatorEntries honest = world.Entries(Position);
        EntryPlace place = new(1, 3);
        OperatorEntries own = Altered(honest, place);
        ulong id = await world.OpenAsync(Position, own, s_salt);
        UInt128 bond = (await world.GetAsync(id)).Bond;

        await RunAndDieAsync(world);
        GameReveal reveal = await world.Game.GetRevealAsync((await world.GetAsync(id)).PositionKey, BlockTag.Latest, CancellationToken.None);
        Assert.True(reveal.IsComplete, string.Join('\n', world.Log.Lines));
        Assert.Equal(honest.GroupRoots, reveal.GroupRoots);

        await world.SelectAsync(id, Position, own, s_salt, place);
        await world.RestartHostAsync();
        await RunAndDieAsync(world);
        Assert.Equal(GameState.Answered, (await world.GetAsync(id)).State);

        await world.World.PassAsync(30);
        await RunAndDieAsync(world);
        Assert.Equal(GameState.DefenderWon, (await world.GetAsync(id)).State);
        Assert.Equal(bond - (bond / 2), await world.Game.GetPayoutAsync(AnvilWorld.Host.Address, BlockTag.Latest, CancellationToken.None));
        await RunAndDieAsync(world);
        Assert.Equal((UInt128)0, await world.Game.GetPayoutAsync(AnvilWorld.Host.Address, BlockTag.Latest, CancellationToken.None));
        RegistryContract registry = new(world.Client, world.World.Deployment.Registry);
        Assert.Equal(AnvilWorld.Parameters.MinSlotStake, await registry.GetStakeAsync(StakeKind.Slot, SlotKeyOf(world.Host.SlotId), BlockTag.Latest, CancellationToken.None));
        Assert.True(world.Readiness.IsReady, string.Join('\n', world.Readiness.Obstacles.Values));
    }

    [Fact]
    public async Task RunOnceAsync_KilledAfterEverySend_RevealsEachGroupOnceFromItsOwnAccount()
    {
        await using DisputeWorld world = await DisputeWorld.StartAsync();
        PrivateKey key = PrivateKey.Parse(AnvilProcess.Keys[3]);
        ulong id = await world.OpenAsync(Position, world.Entries(Position), s_salt);
        ulong before = await CountAsync(world, key.Address);
        using (Defender unknown = world.Defender(options => options with { Key = key }))
            await unknown.RunOnceAsync(CancellationToken.None).Bound();
        Assert.Contains("NotDefender", world.Readiness.Obstacles["defence"], StringComparison.Ordinal);
        await world.SendAsync(AnvilWorld.Host, world.Game.SetDefender(key.Address, allowed: true), 0);

        int groups = world.Entries(Position).GroupRoots.Count;
        // What goes out may also be the same bytes of an earlier life once more, so that a life may add nothing.
        ulong sent = before;
        for (int lives = 0; sent < before + (ulong)groups && lives < 30; lives++)
        {
            await KilledAfterSendingAsync(world, key);
            // The node mines after it has answered.
            await world.World.PassAsync(0);
            ulong now = await CountAsync(world, key.Address);
            Assert.InRange(now, sent, sent + 1);
            sent = now;
        }
        using Defender last = world.Defender(options => options with { Key = key, MostRevealBytes = 1 });
        await last.RunOnceAsync(CancellationToken.None).Bound();

        Assert.Equal(GameState.Revealed, (await world.GetAsync(id)).State);
        Assert.Equal(before + (ulong)groups, await CountAsync(world, key.Address));
        Assert.True(world.Readiness.IsReady, string.Join('\n', world.Readiness.Obstacles.Values));
    }

    [Fact]
    public async Task RunOnceAsync_OpenedWithBytesBehindTheCall_DefendsAllTheSame()
    {
        await using DisputeWorld world = await DisputeWorld.StartAsync();
        ulong id = await world.OpenAsync(Position, world.Entries(Position), s_salt, trailing: 7);

        await RunAndDieAsync(world);

        Assert.Equal(GameState.Revealed, (await world.GetAsync(id)).State);
    }

    [Fact]
    public async Task RunOnceAsync_NothingLeftOfTheDaysLimit_AlarmsAndMakesOnlyTheMovesThatAreOwed()
    {
        await using DisputeWorld world = await DisputeWorld.StartAsync();
        ulong id = await world.OpenAsync(Position, world.Entries(Position), s_salt);
        using Defender poor = world.Defender(options => options with { DailyLimit = 0 });
        Assert.Null(poor.Disputed);
        await poor.RunOnceAsync(CancellationToken.None).Bound();

        Assert.Equal(GameState.Revealed, (await world.GetAsync(id)).State);
        Assert.Equal([world.Context(Position).TraceRoot], poor.Disputed!);
        Assert.Contains("a day is spent", world.Readiness.Obstacles["defence"], StringComparison.Ordinal);
        Assert.True(world.Metrics.SpentToday > 0);
        await world.World.PassAsync(30);
        ulong sent = await CountAsync(world, AnvilWorld.Host.Address);
        await poor.RunOnceAsync(CancellationToken.None).Bound();
        Assert.Equal((GameState.Revealed, sent), ((await world.GetAsync(id)).State, await CountAsync(world, AnvilWorld.Host.Address)));

        await RunAndDieAsync(world);
        Assert.Equal(GameState.DefenderWon, (await world.GetAsync(id)).State);
    }

    [Theory]
    [InlineData(FaultKind.WithholdReveal, GameState.Opened)]
    [InlineData(FaultKind.WithholdAnswer, GameState.Selected)]
    [InlineData(FaultKind.RevealOffLeaf, GameState.Opened)]
    public async Task RunOnceAsync_SilentCheat_LosesByTimeout(FaultKind kind, GameState stuck)
    {
        await using DisputeWorld world = await DisputeWorld.StartAsync(options => options with
        {
            Faults = new FaultSwitch(new Fault(kind)),
            InsecureDevelopment = true,
        });
        EntryPlace place = new(1, 3);
        OperatorEntries own = Altered(world.Entries(Position), place);
        ulong id = await world.OpenAsync(Position, own, s_salt);
        await RunAndDieAsync(world);
        if (stuck == GameState.Selected)
        {
            await world.SelectAsync(id, Position, own, s_salt, place);
            await RunAndDieAsync(world);
        }

        Assert.Equal(stuck, (await world.GetAsync(id)).State);
        await world.World.PassAsync(30);
        await world.SendAsync(DisputeWorld.Challenger, world.Game.Timeout(id), 0);
        Assert.Equal(GameState.ChallengerWon, (await world.GetAsync(id)).State);
    }

    private static async Task<ulong> CountAsync(DisputeWorld world, Address account) =>
        await world.Client.GetTransactionCountAsync(account, BlockTag.Latest, CancellationToken.None);

    // Cancelled as soon as the transaction is out, before anything about it is read or stored.
    private static async Task KilledAfterSendingAsync(DisputeWorld world, PrivateKey key)
    {
        using CancellationTokenSource death = new();
        using KillAfterSend line = new(death);
        using Defender defender = world.Defender(options => options with { Key = key, MostRevealBytes = 1 }, line);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => defender.RunOnceAsync(death.Token).Bound());
    }

    private sealed class KillAfterSend(CancellationTokenSource death) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string body = await request.Content!.ReadAsStringAsync(cancellationToken);
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (body.Contains("eth_sendRawTransaction", StringComparison.Ordinal))
                await death.CancelAsync();
            return response;
        }
    }

    private static async Task RunAndDieAsync(DisputeWorld world)
    {
        using Defender defender = world.Defender();
        await defender.RunOnceAsync(CancellationToken.None).Bound();
    }

    private static Bytes32 SlotKeyOf(uint slotId)
    {
        byte[] id = new byte[Bytes32.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(id.AsSpan(Bytes32.Size - sizeof(uint)), slotId);
        return new Bytes32(id);
    }

    private static OperatorEntries Altered(OperatorEntries honest, EntryPlace place)
    {
        Bytes32[][] groups = [.. honest.Groups.Select(group => group.ToArray())];
        groups[place.Group][place.Index] = Keccak256.Hash("other"u8);
        return new OperatorEntries(groups);
    }
}
