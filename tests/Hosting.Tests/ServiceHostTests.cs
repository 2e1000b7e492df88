using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;

namespace TeeTee.Hosting.Tests;

public sealed class ServiceHostTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Readyz_ObstacleComesAndGoes_FollowsAndNamesIt()
    {
        await using WebApplication application = Build(port: 0);
        using HttpClient http = new() { BaseAddress = await ServiceHost.StartAsync(application, CancellationToken.None), Timeout = s_limit };
        Readiness readiness = application.Services.GetRequiredService<Readiness>();

        Assert.Equal((HttpStatusCode.OK, """{"status":"ok"}"""), await GetAsync(http, "readyz"));
        readiness.Block("chain", "no answer");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"unavailable","obstacles":{"chain":"no answer"}}"""), await GetAsync(http, "readyz"));
        Assert.Equal((HttpStatusCode.OK, """{"status":"ok"}"""), await GetAsync(http, "livez"));
        readiness.Clear("chain");
        Assert.Equal((HttpStatusCode.OK, """{"status":"ok"}"""), await GetAsync(http, "readyz"));
    }

    [Fact]
    public async Task Metrics_RunningService_IsPrometheusText()
    {
        await using WebApplication application = Build(port: 0);
        using HttpClient http = new() { BaseAddress = await ServiceHost.StartAsync(application, CancellationToken.None), Timeout = s_limit };

        using HttpResponseMessage response = await http.GetAsync("metrics");

        Assert.StartsWith("text/plain; version=0.0.4", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        Assert.Contains("\n# TYPE teetee_metrics_dropped_series counter\n", "\n" + await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task StartAsync_PortTaken_FailsWithPortInUse()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using WebApplication application = Build(port);

        FailureException failure = await Assert.ThrowsAsync<FailureException>(() => ServiceHost.StartAsync(application, CancellationToken.None));

        Assert.Equal(("port_in_use", ExitCode.Configuration), (failure.Code, failure.ExitCode));
        Assert.Contains(port.ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_AddressOfAnotherMachine_FailsWithCannotListen()
    {
        // 192.0.2.0/24 is for documentation (RFC 5737): nobody has it.
        await using WebApplication application = ServiceHost.CreateBuilder(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), exitWithParent: false).Build();

        FailureException failure = await Assert.ThrowsAsync<FailureException>(() => ServiceHost.StartAsync(application, CancellationToken.None));

        Assert.Equal("cannot_listen", failure.Code);
    }

    private static WebApplication Build(int port)
    {
        WebApplication application = ServiceHost.CreateBuilder(new IPEndPoint(IPAddress.Loopback, port), exitWithParent: false).Build();
        application.MapServiceEndpoints();
        return application;
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(HttpClient http, string path)
    {
        using HttpResponseMessage response = await http.GetAsync(path);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
