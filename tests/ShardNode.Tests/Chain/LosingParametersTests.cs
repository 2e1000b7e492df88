using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Chain;

/// <summary>A shard stakes nothing where its stake cannot pay what a conviction costs.</summary>
public sealed class LosingParametersTests
{
    [Fact]
    public async Task Start_PenaltyAboveTheStake_IsRefusedBeforeAnythingIsStaked()
    {
        ModuleTerms terms = ModuleTerms.For(AnvilWorld.Parameters);
        UInt128 penalty = AnvilWorld.Parameters.MinSlotStake + 1;
        await using AnvilWorld world = await AnvilWorld.StartAsync(terms with { Game = terms.Game with { Penalty = penalty } });

        FailureException refused = await Assert.ThrowsAsync<FailureException>(() => ShardNodeHost.StartAsync(world.Options, CancellationToken.None).Bound());

        Assert.Equal("losing_parameters", refused.Code);
        Assert.Contains($"{AnvilWorld.Parameters.MinSlotStake} wei against {penalty} wei", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0ul, await world.SentByHostAsync());
    }

    [Fact]
    public async Task Start_StakeThatReachesThePenalty_GoesOn()
    {
        ModuleTerms terms = ModuleTerms.For(AnvilWorld.Parameters);
        UInt128 penalty = AnvilWorld.Parameters.MinSlotStake + 1;
        await using AnvilWorld world = await AnvilWorld.StartAsync(terms with { Game = terms.Game with { Penalty = penalty } });
        ShardNodeOptions options = world.Options with { Registration = world.Options.Registration! with { Stake = penalty } };

        await using ShardNodeHost host = await ShardNodeHost.StartAsync(options, CancellationToken.None).Bound();

        Assert.True(await world.SentByHostAsync() > 0);
    }
}
