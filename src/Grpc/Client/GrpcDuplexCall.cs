using Google.Protobuf;
using TeeTee.Grpc.Client;

namespace TeeTee.Grpc;

/// <summary>
/// A running call with streams both ways. One reader and any number of writers may use it at once. Disposing it
/// cancels what has not ended: the server sees a reset, never a clean end of the requests.
/// </summary>
/// <remarks>
/// Not every gRPC client cancels that way: a grpc-js cancellation reaches a server as a clean end of the
/// requests first, so a protocol over a duplex stream needs an explicit closing message.
/// </remarks>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class GrpcDuplexCall<TRequest, TResponse> : IAsyncDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly ClientCall<TResponse> _call;

    internal GrpcDuplexCall(ClientCall<TResponse> call) => _call = call;

    /// <summary>How the call ended, or null while it runs.</summary>
    public GrpcStatus? Status => _call.Outcome.Status;

    /// <summary>The metadata that came with the status.</summary>
    /// <exception cref="InvalidOperationException">The call still runs.</exception>
    public GrpcMetadata Trailers => _call.Outcome.Trailers;

    /// <summary>Waits for the response headers, which a server may hold back until its first response.</summary>
    /// <exception cref="GrpcException">The call failed before them.</exception>
    public Task<GrpcMetadata> GetHeadersAsync(CancellationToken cancellationToken) =>
        _call.GetHeadersAsync(cancellationToken);

    /// <summary>
    /// Sends one request. Completes when the server's flow-control window has taken its bytes. Concurrent calls
    /// are sent whole, one after the other. Cancelling it cancels the call.
    /// </summary>
    /// <exception cref="GrpcException">
    /// RESOURCE_EXHAUSTED: the message is over the limit, nothing was sent and the call goes on. Otherwise the
    /// call has ended; where the server ended it, reading the responses tells its status.
    /// </exception>
    /// <exception cref="InvalidOperationException">The requests are complete.</exception>
    /// <exception cref="OperationCanceledException">A token of the caller fired.</exception>
    public ValueTask WriteAsync(TRequest message, CancellationToken cancellationToken) =>
        _call.WriteAsync(message, cancellationToken);

    /// <summary>Ends the requests; the responses go on.</summary>
    /// <exception cref="GrpcException">The call has ended.</exception>
    /// <exception cref="OperationCanceledException">A token of the caller fired.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => _call.CompleteAsync(cancellationToken);

    /// <summary>
    /// The responses, each fetched when it is asked for; a slow reader slows the server down. To be read once,
    /// by one reader. Cancelling the enumeration cancels the call.
    /// </summary>
    /// <exception cref="GrpcException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">A token of the caller fired.</exception>
    public IAsyncEnumerable<TResponse> ReadAllAsync(CancellationToken cancellationToken) =>
        _call.ReadAllAsync(cancellationToken);

    /// <summary>The next response, or null at the end of a call that succeeded.</summary>
    /// <exception cref="GrpcException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">A token of the caller fired.</exception>
    public ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken) => _call.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        return ValueTask.CompletedTask;
    }
}
