using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardProtocol.Links;

namespace TeeTee.ShardNode.Security;

/// <summary>
/// The gRPC listener of a shard: attested TLS, or h2c where plain links were asked for. The listener is configured before what it needs is
/// loaded; <see cref="Open"/> hands that over before anything listens.
/// </summary>
internal sealed class LinkListener(bool plain, TimeProvider clock)
{
    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_review = TimeSpan.FromSeconds(1);

    private LinkSecurity? _security;
    private ShardMetrics? _metrics;

    public void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        if (plain)
            return;
        listen.Use(Watch);
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = s_handshake,
            OnConnection = tls => ValueTask.FromResult(LinkTls.Server(_security!.Identity, tls.Connection.Features.Get<LinkConnection>()!.Admit)),
        });
    }

    public void Open(LinkSecurity? security, ShardMetrics metrics) => (_security, _metrics) = (security, metrics);

    private ConnectionDelegate Watch(ConnectionDelegate next) => async connection =>
    {
        LinkConnection link = new(connection, _security!, _metrics!);
        connection.Features.Set(link);
        using ITimer timer = clock.CreateTimer(_ => link.Review(), null, s_review, s_review);
        await next(connection);
    };
}
