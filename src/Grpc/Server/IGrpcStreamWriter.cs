namespace TeeTee.Grpc;

/// <summary>The responses of a streaming call.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IGrpcStreamWriter<in T>
{
    /// <summary>
    /// Sends one message. Completes when the peer's flow-control window has taken its bytes, so that a slow
    /// reader slows the writer down. Concurrent calls are sent whole, one after the other.
    /// </summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: the message is over the limit; nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled or its deadline passed.</exception>
    /// <exception cref="InvalidOperationException">The handler has returned.</exception>
    ValueTask WriteAsync(T message, CancellationToken cancellationToken);
}
