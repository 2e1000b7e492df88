using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TeeTee.Grpc.Tests.Support;

/// <summary>The production wiring of a server on a free port of this machine.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private EchoServer(WebApplication application, EchoHandlers handlers, HealthService health, Uri address) =>
        (_application, Handlers, Health, Address) = (application, handlers, health, address);

    public EchoHandlers Handlers { get; }

    public HealthService Health { get; }

    public Uri Address { get; }

    public static async Task<EchoServer> StartAsync(
        GrpcServerOptions? options = null, X509Certificate2? certificate = null, bool http1 = false)
    {
        EchoHandlers handlers = new();
        HealthService health = new();
        WebApplication application = await StartAsync(certificate, http1, app =>
        {
            GrpcServiceMap map = app.MapGrpc(options);
            handlers.Map(map);
            map.MapHealth(health);
        });
        return new EchoServer(application, handlers, health, AddressOf(application));
    }

    /// <summary>An HTTP/2 server that answers every request in its own way.</summary>
    public static async Task<EchoServer> StartRawAsync(RequestDelegate answer)
    {
        WebApplication application = await StartAsync(null, false, app => app.Run(answer));
        return new EchoServer(application, new EchoHandlers(), new HealthService(), AddressOf(application));
    }

    public GrpcChannel CreateChannel(GrpcChannelOptions? options = null) => GrpcChannel.ForAddress(Address, options);

    public Task StopAsync() => _application.StopAsync().Within();

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private static async Task<WebApplication> StartAsync(
        X509Certificate2? certificate, bool http1, Action<WebApplication> map)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenGrpc(new IPEndPoint(IPAddress.Loopback, 0), listen =>
        {
            if (http1)
                listen.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1;
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(
            host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        WebApplication application = builder.Build();
        map(application);
        await application.StartAsync().Within();
        return application;
    }

    private static Uri AddressOf(WebApplication application) => new(application.Services
        .GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
}
