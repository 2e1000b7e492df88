using System.Runtime.CompilerServices;
using Google.Protobuf;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Server;

/// <summary>One running call: what the four kinds of methods are made of.</summary>
internal sealed class ServerCall(GrpcServerContext context, FrameReader requests, ResponseStream responses)
{
    public GrpcServerContext Context => context;

    public ResponseStream Responses => responses;

    /// <summary>The next request, or null at the end of the stream.</summary>
    /// <exception cref="OperationCanceledException">The client is gone or the deadline has passed.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        try
        {
            return await requests.ReadAsync(parser, cancellationToken);
        }
        catch (IOException e)
        {
            throw new OperationCanceledException("The client ended the call.", e);
        }
    }

    /// <summary>The request of a method that takes exactly one.</summary>
    public async ValueTask<T> ReadSingleAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        T request = await ReadAsync(parser, context.CancellationToken)
            ?? throw new GrpcException(GrpcStatusCode.Internal, "The method needs a request message and got none.");
        if (await ReadAsync(parser, context.CancellationToken) is not null)
            throw new GrpcException(GrpcStatusCode.Internal, "The method takes one request message and got more.");
        return request;
    }

    /// <summary>The requests of a streaming method, read as they are asked for.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync<T>(
        MessageParser<T> parser,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class, IMessage<T>
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, cancellationToken);
        while (await ReadAsync(parser, linked.Token) is { } request)
            yield return request;
    }

    /// <summary>The response of a method that gives exactly one.</summary>
    public void WriteSingle<T>(T? response)
        where T : class, IMessage<T>
    {
        if (response is null)
            throw new InvalidOperationException($"The handler of {context.Method} returned no message.");
        responses.WriteLast(response);
    }
}
