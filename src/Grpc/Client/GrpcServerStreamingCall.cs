using Google.Protobuf;
using TeeTee.Grpc.Client;

namespace TeeTee.Grpc;

/// <summary>A running call with a stream of responses. Disposing it cancels what has not ended.</summary>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class GrpcServerStreamingCall<TResponse> : IAsyncDisposable
    where TResponse : class, IMessage<TResponse>
{
    private readonly ClientCall<TResponse> _call;

    internal GrpcServerStreamingCall(ClientCall<TResponse> call) => _call = call;

    /// <summary>How the call ended, or null while it runs.</summary>
    public GrpcStatus? Status => _call.Outcome.Status;

    /// <summary>The metadata that came with the status.</summary>
    /// <exception cref="InvalidOperationException">The call still runs.</exception>
    public GrpcMetadata Trailers => _call.Outcome.Trailers;

    /// <summary>Waits for the response headers.</summary>
    /// <exception cref="GrpcException">The call failed before them.</exception>
    public Task<GrpcMetadata> GetHeadersAsync(CancellationToken cancellationToken) =>
        _call.GetHeadersAsync(cancellationToken);

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
