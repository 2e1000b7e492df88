using System.Net;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Grpc;
using TeeTee.Grpc.Health;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Service;

public sealed class HostTests
{
    [Fact]
    public async Task Http_OfARunningShard_TellsReadinessAndMetrics()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, o => o with { HttpListen = new IPEndPoint(IPAddress.Loopback, 0) });
        await cluster.RunAsync(TestJob.Create(TestModel.Prompt(5), 3)).Bound();
        using HttpClient http = new() { BaseAddress = cluster.Hosts[0].HttpAddress, Timeout = TimeSpan.FromSeconds(20) };
        await cluster.Hosts[0].Services.Watch.CheckAsync(CancellationToken.None).Bound();

        HttpResponseMessage live = await http.GetAsync("/livez");
        HttpResponseMessage ready = await http.GetAsync("/readyz");
        cluster.Chain.Keys.Clear();
        await cluster.Hosts[0].Services.Watch.CheckAsync(CancellationToken.None).Bound();
        HttpResponseMessage blocked = await http.GetAsync("/readyz");
        string metrics = await http.GetStringAsync("/metrics");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (live.StatusCode, ready.StatusCode, blocked.StatusCode));
        Assert.Contains("registration", await blocked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("teetee_shard_jobs_total{outcome=\"Finished\"}", metrics, StringComparison.Ordinal);
        using GrpcChannel channel = cluster.Channel(0);
        HealthCheckResponse health = await channel.UnaryAsync(HealthMethods.Check, new HealthCheckRequest { Service = "teetee.shard.v1.Shard" }).Bound();
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task Readiness_CollateralRanOutWhileRunning_NamesIt()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, o => o with { HttpListen = new IPEndPoint(IPAddress.Loopback, 0) }, attested: true);
        ShardNodeHost host = cluster.Hosts[0];
        using HttpClient http = new() { BaseAddress = host.HttpAddress, Timeout = TimeSpan.FromSeconds(20) };
        string before = await (await http.GetAsync("/readyz")).Content.ReadAsStringAsync();

        string file = Path.Combine(cluster.SimulatorFolder, SimulatedPki.CollateralFile);
        await File.WriteAllBytesAsync(file, cluster.Pki.Collateral(DateTimeOffset.UtcNow.AddDays(-31)).Write());
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(5));
        host.Services.Collateral.Check();
        using HttpResponseMessage after = await http.GetAsync("/readyz");

        Assert.DoesNotContain("collateral", before, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, after.StatusCode);
        Assert.Contains("its quotes are refused", await after.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopAsync_WithARunningJob_LetsItEndAndTakesNoOther()
    {
        JobRun? refused = null;
        // On a busy machine the jobs may end before the late one comes, which then finds nobody.
        for (int round = 0; round < 5 && refused is null; round++)
            refused = await StopWhileRunningAsync();

        Assert.True(refused?.Failed is { Code: JobFailure.Overloaded, Retryable: true }, $"{refused?.Failed}");
    }

    [Fact]
    public async Task RunAsync_TokenFires_Ends()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        await cluster.Hosts[0].DisposeAsync();
        using CancellationTokenSource stop = new();
        Task running = ShardNodeHost.RunAsync(cluster.Options(0), stop.Token);
        using GrpcChannel channel = cluster.Channel(0);
        for (int i = 0; i < 200 && !running.IsCompleted; i++)
        {
            try
            {
                await channel.UnaryAsync(HealthMethods.Check, new HealthCheckRequest()).Bound();
                break;
            }
            catch (GrpcException)
            {
                await Task.Delay(50);
            }
        }

        await stop.CancelAsync();

        await running.Bound();
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "slot of another", "slot_mismatch" },
        { "unknown slot", "slot_unknown" },
        { "damaged model", "model_unusable" },
        { "layers", "model_unusable" },
        { "foreign state", "state_of_another_shard" },
        { "state in use", "state_in_use" },
        { "chain down", "chain_unreachable" },
        { "no quotes", "no_quote_source" },
        { "no slot", "no_slot" },
        { "port", "port_in_use" },
        { "open key", "key_unusable" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task StartAsync_Unfit_SaysWhy(string what, string code)
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        ShardNodeOptions options = cluster.Options(0) with { StateFolder = cluster.StateFolder(9), Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        string damaged = Path.Combine(cluster.SimulatorFolder, "damaged.gguf");
        File.WriteAllBytes(damaged, File.ReadAllBytes(TestModel.Path)[..5000]);
        if (what == "open key" && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(options.StateFolder);
            File.WriteAllText(Path.Combine(options.StateFolder, "signing.key"), new string('1', 64));
            File.SetUnixFileMode(Path.Combine(options.StateFolder, "signing.key"), (UnixFileMode)0b110_100_100);
        }
        if (what == "foreign state")
            await cluster.Hosts[1].DisposeAsync().AsTask().Bound();
        cluster.Chain.IsDown = what == "chain down";
        options = what switch
        {
            "slot of another" => options with { Operator = cluster.Operators[1] },
            "unknown slot" => options with { SlotId = 99 },
            "damaged model" => options with { ModelPath = damaged },
            "layers" => options with { LayerCount = 40 },
            "foreign state" => options with { StateFolder = cluster.StateFolder(1) },
            "state in use" => options with { StateFolder = cluster.StateFolder(0) },
            "no quotes" => options with { SimulatorFolder = null },
            "no slot" => options with { SlotId = null },
            "port" => options with { Listen = new IPEndPoint(IPAddress.Loopback, cluster.Hosts[0].Address.Port) },
            _ => options,
        };

        FailureException e = await Assert.ThrowsAsync<FailureException>(() => ShardNodeHost.StartAsync(options, CancellationToken.None).Bound());

        Assert.Equal(code, e.Code);
    }

    [Fact]
    public async Task StartAsync_ChainDownAfterAnEarlierStart_ServesWhatItKnows()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        await cluster.Hosts[0].DisposeAsync();
        cluster.Chain.IsDown = true;

        await cluster.StartHostAsync(0);
        JobRun run = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(5), 3)).Bound();

        Assert.Equal(3u, run.Require().OutputTokens);
    }

    /// <summary>Stops a shard in the middle of a job, which must end well.</summary>
    /// <returns>What a job that came later got; null if the shard was gone by then.</returns>
    private static async Task<JobRun?> StopWhileRunningAsync()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, o => o with { DrainTimeout = TimeSpan.FromSeconds(30) });
        Task? stopping = null;
        Task<JobRun>? late = null;
        JobRun run = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(10), 85), 0, _ =>
        {
            stopping ??= cluster.Hosts[0].StopAsync();
            late ??= cluster.RunAsync(TestJob.Create(TestModel.Prompt(5), 3));
            return Task.CompletedTask;
        }).Bound();
        await stopping!.Bound();
        Assert.Equal(85u, run.Require().OutputTokens);
        try
        {
            return await late!.Bound();
        }
        catch (GrpcException)
        {
            return null;
        }
    }
}
