using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TeeTee.Grpc;

/// <summary>A Kestrel that gRPC streams can live on.</summary>
public static class GrpcKestrelExtensions
{
    /// <summary>How much of one stream may wait unread, in bytes.</summary>
    public const int StreamWindowBytes = 2 * 1024 * 1024;

    /// <summary>How much of one connection's streams together may wait unread, in bytes.</summary>
    public const int ConnectionWindowBytes = 16 * 1024 * 1024;

    /// <summary>
    /// Listens for HTTP/2 alone: in the clear with prior knowledge (h2c), or over TLS when
    /// <paramref name="configure"/> calls UseHttps. Also applies <see cref="ConfigureGrpc"/>.
    /// </summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="endPoint">Where to listen; port 0 takes a free one.</param>
    /// <param name="configure">TLS and other settings of this endpoint.</param>
    public static void ListenGrpc(
        this KestrelServerOptions kestrel, IPEndPoint endPoint, Action<ListenOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.ConfigureGrpc();
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            configure?.Invoke(listen);
        });
    }

    /// <summary>
    /// Sets the server-wide limits that gRPC needs: no least rate of response data, because a stream under
    /// backpressure is slow by design (requests are exempted call by call), wider flow-control windows, and
    /// pings that find dead peers.
    /// </summary>
    public static void ConfigureGrpc(this KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinResponseDataRate = null;
        Http2Limits http2 = kestrel.Limits.Http2;
        http2.InitialStreamWindowSize = StreamWindowBytes;
        http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
