using TeeTee.Grpc;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Jobs;

public sealed class RingAbortTests
{
    [Fact]
    public async Task OpenJob_LastSlotRefuses_EverySlotLetsGo()
    {
        await using Cluster cluster = await Cluster.StartAsync(4, options => options.SlotId == Cluster.SlotId(3)
            ? options with { Limits = options.Limits with { MaxKvBytes = 1 } }
            : options);

        JobRun run = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(6), 4)).Bound();

        Assert.True(run.Failed is { Code: JobFailure.Overloaded, Retryable: true, SlotId: 14 }, $"{run.Failed}");
        for (int i = 0; i < 100 && cluster.Hosts.Any(host => host.Services.Hub.Sessions > 0); i++)
            await Task.Delay(50);
        Assert.All(cluster.Hosts, host => Assert.Equal(0, host.Services.Hub.Sessions));
    }

    [Fact]
    public async Task OpenJob_HangUp_DoesNotEndTheJob()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob job = TestJob.Create(TestModel.Prompt(6), 60);
        using (GrpcChannel channel = cluster.Channel(0))
        {
            await using GrpcServerStreamingCall<JobEvent> call = channel.ServerStreaming(ShardProtocol.ShardMethods.OpenJob, cluster.OpenOf(job));
            Assert.NotNull((await call.ReadAsync(CancellationToken.None).AsTask().Bound())?.Accepted);
        }

        JobRun run = await cluster.RunAsync(job).Bound();

        Assert.True(run.Accepted!.Resumed);
        Assert.Equal(60u, run.Require().OutputTokens);
    }
}
