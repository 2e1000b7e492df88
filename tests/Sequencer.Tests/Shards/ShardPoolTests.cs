using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Tests.Support;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Tests.Shards;

/// <summary>Only shards that answer as their registered slot and key are counted.</summary>
public sealed class ShardPoolTests
{
    [Fact]
    public async Task Pool_BothShardsUp_HasThePipelineInLayerOrder()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        Assert.Equal([7u, 9u], test.Pool.PipelineOf(TestWorld.ModelId)!.Stages.Select(s => s.Slot.SlotId));
        Assert.Equal(2, test.Pool.Connections.Length);
    }

    [Fact]
    public async Task Pool_ShardDiesAndReturns_LeavesAndJoins()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        int port = test.Second.Endpoint.Port;
        await test.Second.DisposeAsync();
        await BoundedWait.UntilAsync(() => test.Pool.Current.Members.Length == 1);
        Assert.Null(test.Pool.PipelineOf(TestWorld.ModelId));
        await using ScriptedShard back = await ScriptedShard.StartAsync(TestWorld.Slots[1], port: port);
        await BoundedWait.UntilAsync(() => test.Pool.PipelineOf(TestWorld.ModelId) is not null);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("chain")]
    [InlineData("model")]
    [InlineData("slot")]
    [InlineData("tee")]
    [InlineData("registryKey")]
    [InlineData("expiredKey")]
    public async Task Pool_ShardThatIsNotItsSlot_IsNotCounted(string fault)
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        Plant(test, fault);
        await test.Pool.RefreshAsync(readRegistry: true, CancellationToken.None).Within();
        Assert.Null(test.Pool.PipelineOf(TestWorld.ModelId));
        Assert.NotEmpty(Assert.Single(test.Pool.Current.Faults).Value);
    }

    [Fact]
    public async Task Pool_SimulatedQuotesForbidden_CountsNone()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(allowSimulated: false, waitForShards: false);
        await test.Pool.RefreshAsync(readRegistry: true, CancellationToken.None).Within();
        Assert.Empty(test.Pool.Current.Members);
        Assert.All(test.Pool.Current.Faults.Values, fault => Assert.Contains("simulated", fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pool_ChainAway_KeepsWhatItKnows()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.Chain.IsAway = true;
        await test.Pool.RefreshAsync(readRegistry: true, CancellationToken.None).Within();
        Assert.NotNull(test.Pool.PipelineOf(TestWorld.ModelId));
    }

    [Fact]
    public async Task Suspect_AMember_IsOutUntilItsNextHandshake()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(times: TestSequencer.QuickTimes with { ShardCheckInterval = TimeSpan.FromHours(1) });
        test.Second.Identity = test.Second.Identity with { SlotId = 1000 };
        test.Pool.Suspect(test.Second.Endpoint, "planted");
        Assert.Null(test.Pool.PipelineOf(TestWorld.ModelId));
        test.Second.Identity = test.Second.Identity with { SlotId = 9 };
        test.Pool.Suspect(test.Second.Endpoint, "planted");
        await BoundedWait.UntilAsync(() => test.Pool.PipelineOf(TestWorld.ModelId) is not null);
    }

    private static void Plant(TestSequencer test, string fault)
    {
        SlotKey key = test.Chain.Keys[9];
        switch (fault)
        {
            case "key": test.Second.SigningKey = TestWorld.Stranger.Address; break;
            case "chain": test.Second.Identity = test.Second.Identity with { ChainId = 1 }; break;
            case "model": test.Second.Identity = test.Second.Identity with { ModelId = default }; break;
            case "slot": test.Second.Identity = test.Second.Identity with { SlotId = 7 }; break;
            case "tee": test.Second.TeeType = TeeType.Unspecified; break;
            case "registryKey": test.Chain.Keys[9] = key with { SigningKey = TestWorld.Stranger.Address }; break;
            default: test.Chain.Keys[9] = key with { ValidUntil = 5 }; break;
        }
    }
}
