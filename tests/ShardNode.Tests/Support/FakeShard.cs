using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Grpc;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>A server that presents any certificate and notes whether a call reached it.</summary>
internal sealed class FakeShard : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeShard(WebApplication application) => _application = application;

    public Uri Address { get; private set; } = null!;

    /// <summary>Calls that arrived: whoever made one has believed the certificate.</summary>
    public int Calls { get; private set; }

    /// <summary>What it answers to a Hello.</summary>
    public Hello? Hello { get; init; }

    public static async Task<FakeShard> StartAsync(X509Certificate2 certificate, Hello? hello = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.ListenGrpc(new IPEndPoint(IPAddress.Loopback, 0), listen => listen.UseHttps(
            new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
                }),
            })));
        FakeShard shard = new(builder.Build()) { Hello = hello };
        shard._application.MapGrpc()
            .MapUnary(ShardMethods.Handshake, (_, _) => { shard.Calls++; return Task.FromResult(new HandshakeReply()); })
            .MapDuplexStreaming(ShardMethods.Link, shard.LinkAsync);
        await shard._application.StartAsync().Bound();
        shard.Address = new Uri(shard._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return shard;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task LinkAsync(IAsyncEnumerable<LinkFrame> requests, IGrpcStreamWriter<LinkFrame> responses, GrpcServerContext context)
    {
        Calls++;
        await responses.WriteAsync(new LinkFrame { Hello = Hello ?? new Hello() }, context.CancellationToken);
        await foreach (LinkFrame _ in requests)
        {
        }
    }
}
