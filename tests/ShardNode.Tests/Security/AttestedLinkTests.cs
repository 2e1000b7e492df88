using System.Runtime.InteropServices;
using TeeTee.Grpc;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.ShardNode.Tests.Jobs;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Security;

public sealed class AttestedLinkTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task OpenJob_OverAttestedLinks_EqualsOfflineRunner(int shards)
    {
        await using Cluster cluster = await Cluster.StartAsync(shards, attested: true);
        TestJob job = TestJob.Create(TestModel.Prompt(40), 20);

        JobRun run = await cluster.RunAsync(job).Bound();

        Assert.All(cluster.Hosts, host => Assert.Equal("https", host.Address.Scheme));
        PipelineTests.AssertEqual(cluster, job, run, TestModel.Run(job.Prompt, 20, shards, job.Sampling));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenJob_SomebodyOnTheWire_SeesWhatIsSaidOnlyWhereItIsPlain(bool attested)
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: attested);
        await using TcpProxy wire = new(cluster.Hosts[1].Address.Port);
        TestJob job = TestJob.Create(TestModel.Prompt(20), 10);
        OpenJobRequest open = cluster.OpenOf(job);
        open.Pipeline[1].Endpoint = $"{cluster.Hosts[1].Address.Scheme}://127.0.0.1:{wire.Port}";

        JobRun run = await cluster.RunAsync(open).Bound();

        Assert.Equal(10u, run.Require().OutputTokens);
        Assert.True(wire.Seen.Sum(stream => stream.Length) > 20 * 256, "The activations did not go over the wire that was watched.");
        Assert.All(Secrets(job, run), secret => Assert.Equal(!attested, wire.Saw(secret)));
    }

    [Fact]
    public async Task Renewal_AfterTwoThirds_NewJobsGetANewLinkAndARunningOneKeepsItsOwn()
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);
        DateTimeOffset first = cluster.Hosts[1].Services.Security!.Identity.Current.NotAfter;
        TestJob running = TestJob.Create(TestModel.Prompt(10), 85);
        JobRun? other = null;

        JobRun run = await cluster.RunAsync(running, 0, async _ =>
        {
            if (other is not null)
                return;
            cluster.Clock.Advance(TimeSpan.FromHours(19));
            foreach (ShardNodeHost host in cluster.Hosts)
                await host.Services.Security!.Identity.RenewAsync(CancellationToken.None);
            other = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(6), 4));
        }).Bound();

        Assert.True(cluster.Hosts[1].Services.Security!.Identity.Current.NotAfter > first + TimeSpan.FromHours(18));
        Assert.Equal(4u, other!.Require().OutputTokens);
        PipelineTests.AssertEqual(cluster, running, run, TestModel.Run(running.Prompt, 85, 2, running.Sampling));
        Assert.Equal(2, cluster.Log.Lines.Count(line => line.Contains($"Link to slot {Cluster.SlotId(1)} is up", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Expiry_OfAPeersCertificate_EndsTheLinkAndTheNextJobAttestsAnew()
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);
        await cluster.RunAsync(TestJob.Create(TestModel.Prompt(6), 4)).Bound();
        Assert.False(IsDown(cluster));

        cluster.Clock.Advance(TimeSpan.FromHours(25));
        for (int i = 0; i < 200 && !IsDown(cluster); i++)
            await Task.Delay(50);

        Assert.True(IsDown(cluster));
        Assert.Contains(cluster.Log.Lines, line => line.Contains("was ended: Validity: expired", StringComparison.Ordinal));
        JobRun refused = await TryRunAsync(cluster);
        foreach (ShardNodeHost host in cluster.Hosts)
            await host.Services.Security!.Identity.RenewAsync(CancellationToken.None);
        JobRun run = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(6), 4)).Bound();
        Assert.Null(refused.Finished);
        Assert.Equal(4u, run.Require().OutputTokens);
    }

    [Fact]
    public async Task Expiry_OfTheSequencersCertificate_EndsItsConnection()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, attested: true);
        using GrpcChannel channel = cluster.Channel(0);
        HandshakeRequest handshake = new() { Expected = RawLink.Identity(Cluster.SlotId(0)) };
        await channel.UnaryAsync(ShardMethods.Handshake, handshake).Bound();

        cluster.Clock.Advance(TimeSpan.FromHours(24));

        GrpcException e = await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                await channel.UnaryAsync(ShardMethods.Handshake, handshake).Bound();
                await Task.Delay(50);
            }
        });
        Assert.NotEqual(GrpcStatusCode.PermissionDenied, e.Code);
        Assert.Contains(cluster.Log.Lines, line => line.Contains("a sequencer of", StringComparison.Ordinal) && line.Contains("Validity: expired", StringComparison.Ordinal));
    }

    private static bool IsDown(Cluster cluster) =>
        cluster.Log.Lines.Any(line => line.Contains($"Link to slot {Cluster.SlotId(1)} ended", StringComparison.Ordinal));

    // Each shard's own certificate has run out too: nobody is believed until it is renewed.
    private static async Task<JobRun> TryRunAsync(Cluster cluster)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(3));
        try
        {
            return await cluster.RunAsync(TestJob.Create(TestModel.Prompt(6), 4)).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return new JobRun();
        }
    }

    /// <summary>What must not be seen: the model, the job, the tokens, a page of the first activations, and the frames' own words.</summary>
    private static IEnumerable<byte[]> Secrets(TestJob job, JobRun run)
    {
        yield return TestModel.Id.ToArray();
        yield return job.JobId.ToArray();
        yield return [.. job.Prompt.SelectMany(BitConverter.GetBytes)];
        yield return [.. run.Tokens.SelectMany(BitConverter.GetBytes)];
        yield return FirstActivation(job.Prompt[0]);
        yield return "teetee.shard.v1.Shard"u8.ToArray();
    }

    private static byte[] FirstActivation(uint token)
    {
        using CanonicalModel model = CanonicalModel.Import(TestModel.Path);
        using ShardModel shard = ShardModel.Load(model, new LayerRange(0, TestModel.Layers / 2), 1);
        using ShardSession session = shard.CreateSession(TestModel.Context);
        float[] hidden = new float[64];
        session.Embed([token], hidden);
        session.Forward(hidden, 1, hidden);
        return MemoryMarshal.AsBytes(hidden.AsSpan()).ToArray();
    }
}
