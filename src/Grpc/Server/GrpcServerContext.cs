using Microsoft.AspNetCore.Http;

namespace TeeTee.Grpc;

/// <summary>What a handler knows about its call, and the metadata that it answers with. Belongs to one call.</summary>
public sealed class GrpcServerContext
{
    private readonly Func<CancellationToken, Task> _sendHeaders;

    internal GrpcServerContext(
        HttpContext http,
        string method,
        GrpcMetadata requestHeaders,
        DateTimeOffset? deadline,
        CancellationToken cancellationToken,
        CancellationToken stopping,
        Func<CancellationToken, Task> sendHeaders)
    {
        HttpContext = http;
        Method = method;
        RequestHeaders = requestHeaders;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        Stopping = stopping;
        _sendHeaders = sendHeaders;
        Peer = http.Connection.RemoteIpAddress is { } address
            ? new System.Net.IPEndPoint(address, http.Connection.RemotePort).ToString()
            : http.Connection.Id;
    }

    /// <summary>The path of the method, "/service/method".</summary>
    public string Method { get; }

    /// <summary>The caller's metadata, without the transport's own headers.</summary>
    public GrpcMetadata RequestHeaders { get; }

    /// <summary>Metadata that goes before the first message; later additions are not sent.</summary>
    public GrpcMetadata ResponseHeaders { get; } = new();

    /// <summary>Metadata that goes with the status, whether the call succeeds or fails.</summary>
    public GrpcMetadata ResponseTrailers { get; } = new();

    /// <summary>When the caller gives up, or null where it waits forever.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>
    /// Fires when the caller cancelled or vanished and when the deadline has passed. A handler that ignores it
    /// runs on; its result is then replaced by DEADLINE_EXCEEDED.
    /// </summary>
    /// <remarks>
    /// When a grpc-js client cancels a duplex call, its request stream ends cleanly first, and this token fires
    /// only afterwards, or never for a handler that returns at that end. A protocol over a duplex stream
    /// therefore needs an explicit closing message, and a stream that ends without it was given up.
    /// </remarks>
    public CancellationToken CancellationToken { get; }

    /// <summary>Fires when the host shuts down: a stream without an end of its own should end then.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>The caller's address and port.</summary>
    public string Peer { get; }

    /// <summary>The request below: its services, connection, client certificate and user.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>Sends the response headers now rather than with the first message. Later calls do nothing.</summary>
    public Task SendHeadersAsync(CancellationToken cancellationToken) => _sendHeaders(cancellationToken);
}
