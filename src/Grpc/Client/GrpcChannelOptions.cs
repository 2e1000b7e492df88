using System.Net.Security;
using System.Net.Sockets;

namespace TeeTee.Grpc;

/// <summary>Limits and transport of a <see cref="GrpcChannel"/>.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>
    /// The longest response message in bytes; a longer one fails with RESOURCE_EXHAUSTED before it is read. 4 MiB.
    /// </summary>
    public int MaxReceiveMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The longest request message in bytes; a longer one fails with RESOURCE_EXHAUSTED. 4 MiB.</summary>
    public int MaxSendMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long a connection may take to be made, TLS included. 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection with running calls may be silent before it is pinged. 20 s.</summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a ping may go unanswered before the connection counts as dead (UNAVAILABLE). 10 s.</summary>
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How much of one response stream may wait unread at first, in bytes; it grows up to 16 MiB where the round
    /// trip asks for it. 64 KiB to 16 MiB. 1 MiB.
    /// </summary>
    public int StreamWindowBytes { get; set; } = 1024 * 1024;

    /// <summary>TLS of an https address: the check of the server's certificate, the client's own. System defaults when null.</summary>
    public SslClientAuthenticationOptions? SslOptions { get; set; }

    /// <summary>
    /// A transport of the caller's own in place of the sockets; it must speak HTTP/2 and takes the settings of the
    /// connection above upon itself. The channel disposes it only when <see cref="DisposeHandler"/> is set.
    /// </summary>
    public HttpMessageHandler? Handler { get; set; }

    /// <summary>Whether disposing the channel disposes <see cref="Handler"/>.</summary>
    public bool DisposeHandler { get; set; }

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal HttpMessageInvoker CreateInvoker()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxReceiveMessageBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxSendMessageBytes);
        return Handler is null
            ? new HttpMessageInvoker(CreateSockets(), disposeHandler: true)
            : new HttpMessageInvoker(Handler, DisposeHandler);
    }

    private SocketsHttpHandler CreateSockets()
    {
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = ConnectTimeout,
            KeepAlivePingDelay = KeepAlivePingDelay,
            KeepAlivePingTimeout = KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectCallback = ConnectAsync,
        };
        if (SslOptions is not null)
            handler.SslOptions = SslOptions;
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            // TCP can connect a socket to itself where nobody listens on a local port (RFC 9293, simultaneous open); it would keep the
            // server from coming back to its port.
            if (Equals(socket.LocalEndPoint, socket.RemoteEndPoint))
                throw new SocketException((int)SocketError.ConnectionRefused);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
