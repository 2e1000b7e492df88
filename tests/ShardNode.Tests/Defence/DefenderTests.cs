using TeeTee.Ethereum;
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
        Assert.Equal(bond, await world.Game.GetPayoutAsync(AnvilWorld.Host.Address, BlockTag.Latest, CancellationToken.None));
        await RunAndDieAsync(world);
        Assert.Equal((UInt128)0, await world.Game.GetPayoutAsync(AnvilWorld.Host.Address, BlockTag.Latest, CancellationToken.None));
        RegistryContract registry = new(world.Client, world.World.Deployment.Registry);
        Assert.Equal(AnvilWorld.Parameters.MinSlotStake, await registry.GetStakeAsync(StakeKind.Slot, SlotKeyOf(world.Host.SlotId), BlockTag.Latest, CancellationToken.None));
        Assert.True(world.Readiness.IsReady, string.Join('\n', world.Readiness.Obstacles.Values));
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
