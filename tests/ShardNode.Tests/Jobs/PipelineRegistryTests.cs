using TeeTee.Attestation.Tests.Tls;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Jobs;

public sealed class PipelineRegistryTests
{
    [Fact]
    public async Task CheckAsync_ChainDown_BelievesWhatItSawForAnHour()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        ShardSelf self = cluster.Hosts[0].Services.Self;
        ManualClock clock = new();
        FakeChain chain = new();
        chain.Slots[Cluster.SlotId(1)] = cluster.Chain.Slots[Cluster.SlotId(1)];
        chain.Keys[Cluster.SlotId(1)] = cluster.Chain.Keys[Cluster.SlotId(1)];
        PipelineRegistry registry = new(self, chain, clock);
        IReadOnlyList<Stage> stages = PipelineReader.Read([.. cluster.Pipeline()], self, out _);
        await registry.CheckAsync(stages, CancellationToken.None);
        chain.IsDown = true;

        clock.Advance(TimeSpan.FromMinutes(59));
        await registry.CheckAsync(stages, CancellationToken.None);
        clock.Advance(TimeSpan.FromMinutes(2));
        JobException refusal = await Assert.ThrowsAsync<JobException>(() => registry.CheckAsync(stages, CancellationToken.None));

        Assert.True(refusal.Retryable);
    }
}
