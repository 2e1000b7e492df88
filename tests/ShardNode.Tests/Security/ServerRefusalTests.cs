using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Tls;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Security;

/// <summary>Whom a real slot 0 finds where the pipeline says that slot 1 listens.</summary>
public sealed class ServerRefusalTests
{
    [Fact]
    public async Task OpenJob_HonestCertificateAndHello_IsLinked()
    {
        await using Cluster cluster = await StartAsync();
        using X509Certificate2 certificate = await cluster.Forge(1).MakeAsync("honest");
        await using FakeShard there = await FakeShard.StartAsync(certificate, cluster.Hosts[1].Services.Self.ToHello());

        // The control: linked, then nothing more is said, so the session runs out.
        JobRun run = await RunAsync(cluster, there.Address);

        Assert.Equal((1, JobFailure.Expired), (there.Calls, run.Failed?.Code));
    }

    [Theory]
    [MemberData(nameof(PeerForge.Forgeries), MemberType = typeof(PeerForge))]
    [InlineData("wrong slot", PeerStage.Identity)]
    [InlineData("wrong operator", PeerStage.Identity)]
    [InlineData("wrong key", PeerStage.Identity)]
    public async Task OpenJob_ForgedPeer_IsSentNothingAndTheCauseIsSaid(string forgery, PeerStage stage)
    {
        await using Cluster cluster = await StartAsync();
        using X509Certificate2 certificate = await cluster.Forge(1).MakeAsync(forgery);
        await using FakeShard there = await FakeShard.StartAsync(certificate, cluster.Hosts[1].Services.Self.ToHello());

        JobRun run = await RunAsync(cluster, there.Address);

        Assert.Equal(0, there.Calls);
        Assert.Contains($"{stage}: ", run.Failed?.Message, StringComparison.Ordinal);
        // A peer that may still get its collateral or certificate in order is worth another try; a stranger is not.
        Assert.Equal(stage == PeerStage.Identity ? (JobFailure.InvalidRequest, false) : (JobFailure.LinkLost, true), (run.Failed!.Code, run.Failed.Retryable));
    }

    [Fact]
    public async Task OpenJob_SequencerWhereAShardMustBe_IsRefused()
    {
        await using Cluster cluster = await StartAsync();
        await using FakeShard there = await FakeShard.StartAsync(cluster.SequencerCertificate(), cluster.Hosts[1].Services.Self.ToHello());

        JobRun run = await RunAsync(cluster, there.Address);

        Assert.Equal(0, there.Calls);
        Assert.Contains("answers where a shard must", run.Failed?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenJob_EncryptionKeyThatTheContractDoesNotHave_IsRefused()
    {
        await using Cluster cluster = await StartAsync();
        using X509Certificate2 certificate = await new PeerForge(cluster.Pki, cluster.Claims(1) with { EncryptionKey = TestModel.Id }).MakeAsync("honest");
        await using FakeShard there = await FakeShard.StartAsync(certificate, cluster.Hosts[1].Services.Self.ToHello());

        JobRun run = await RunAsync(cluster, there.Address);

        Assert.Equal((JobFailure.InvalidRequest, true), (run.Failed?.Code, run.Failed!.Retryable));
        Assert.Contains("in the contract", run.Failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenJob_PlainEndpoint_IsRefusedBeforeAnythingIsSent()
    {
        await using Cluster cluster = await StartAsync();

        JobRun run = await RunAsync(cluster, new Uri("http://127.0.0.1:1"));

        Assert.Equal((JobFailure.InvalidRequest, false), (run.Failed?.Code, run.Failed!.Retryable));
        Assert.Contains("links of this shard are https", run.Failed.Message, StringComparison.Ordinal);
    }

    private static Task<Cluster> StartAsync() => Cluster.StartAsync(2, options => options with
    {
        Limits = options.Limits with { LinkConnect = TimeSpan.FromSeconds(1), SessionIdle = TimeSpan.FromSeconds(1) },
    }, attested: true);

    private static async Task<JobRun> RunAsync(Cluster cluster, Uri there)
    {
        OpenJobRequest open = cluster.OpenOf(TestJob.Create(TestModel.Prompt(5), 3));
        open.Pipeline[1].Endpoint = there.GetLeftPart(UriPartial.Authority);
        return await cluster.RunAsync(open).Bound();
    }
}
