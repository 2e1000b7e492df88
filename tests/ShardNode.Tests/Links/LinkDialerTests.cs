using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Links;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Links;

public sealed class LinkDialerTests
{
    [Fact]
    public async Task ConnectAsync_ManyAddressesThatNobodyIsAt_AreNotRememberedForEver()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        ShardSelf self = cluster.Hosts[0].Services.Self;
        await using LinkDialer dialer = new(
            self, new PipelineRegistry(self, cluster.Chain, TimeProvider.System), null, (_, _, _, _) => Task.CompletedTask, TimeProvider.System, CancellationToken.None);

        for (int port = 1; port <= 600; port++)
        {
            // Links of this shard are plain: refused before anything is dialled.
            Stage peer = new(99, cluster.Operators[0], new Uri($"https://127.0.0.1:{port}"), 0, 1, self.SigningKey);
            await Assert.ThrowsAsync<JobException>(() => dialer.ConnectAsync(peer, CancellationToken.None));
        }

        Assert.InRange(dialer.Known, 1, 256);
    }
}
