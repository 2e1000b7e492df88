using Google.Protobuf;

namespace TeeTee.Grpc.Server;

/// <summary>The typed face of a call's response stream.</summary>
internal sealed class GrpcStreamWriter<T>(ResponseStream responses) : IGrpcStreamWriter<T>
    where T : class, IMessage<T>
{
    public ValueTask WriteAsync(T message, CancellationToken cancellationToken) =>
        responses.WriteAsync(message, cancellationToken);
}
