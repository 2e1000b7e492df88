using Google.Protobuf;
using TeeTee.Grpc.Client;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc;

/// <summary>
/// Calls to one server over shared HTTP/2 connections, which are made and remade as calls need them. Thread-safe.
/// Every failure of a call is a <see cref="GrpcException"/>, except that a token of the caller's own surfaces as
/// <see cref="OperationCanceledException"/>. An unreachable server is UNAVAILABLE; nothing is retried.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private static readonly GrpcCallOptions s_defaults = new();

    private readonly HttpMessageInvoker _invoker;
    private readonly CancellationTokenSource _closed = new();
    private readonly CallStarter _starter;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
    {
        Address = address;
        _invoker = options.CreateInvoker();
        _starter = new CallStarter(_invoker, address, options, _closed.Token);
    }

    /// <summary>The server's address.</summary>
    public Uri Address { get; }

    /// <summary>Creates a channel; it connects with its first call.</summary>
    /// <param name="address">http (h2c with prior knowledge) or https, a host, a port, and no path.</param>
    /// <param name="options">Limits and transport; the defaults when null.</param>
    /// <exception cref="ArgumentException">The address is not such an address, or an option is out of its range.</exception>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.PathAndQuery != "/")
            throw new ArgumentException($"'{address}' is not an http or https address without a path.", nameof(address));
        return new GrpcChannel(address, options ?? new GrpcChannelOptions());
    }

    /// <summary>Calls a unary method.</summary>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    /// <exception cref="GrpcException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The token of the options fired.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        (await UnaryWithMetadataAsync(method, request, options)).Message;

    /// <summary>Calls a unary method and keeps the metadata of its answer.</summary>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    /// <exception cref="GrpcException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The token of the options fired.</exception>
    public async Task<GrpcResponse<TResponse>> UnaryWithMetadataAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        method.Require(GrpcMethodType.Unary);
        using ClientCall<TResponse> call = Start(method, Single(request), options);
        return await call.ReadSingleAsync();
    }

    /// <summary>Starts a server-streaming call.</summary>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: the request is over the limit.</exception>
    public GrpcServerStreamingCall<TResponse> ServerStreaming<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        method.Require(GrpcMethodType.ServerStreaming);
        return new GrpcServerStreamingCall<TResponse>(Start(method, Single(request), options));
    }

    /// <summary>Calls a client-streaming method with all requests of a sequence.</summary>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    /// <exception cref="GrpcException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The token of the options fired.</exception>
    public async Task<TResponse> ClientStreamingAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, IAsyncEnumerable<TRequest> requests, GrpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        method.Require(GrpcMethodType.ClientStreaming);
        using ClientCall<TResponse> call = Start(method, new PushContent(_starter.MaxSendBytes), options);
        Task sending = SendAllAsync(call, requests);
        try
        {
            return (await call.ReadSingleAsync()).Message;
        }
        finally
        {
            call.Dispose();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Starts a duplex call; its headers go out at once.</summary>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    public GrpcDuplexCall<TRequest, TResponse> DuplexStreaming<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, GrpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        method.Require(GrpcMethodType.DuplexStreaming);
        return new GrpcDuplexCall<TRequest, TResponse>(Start(method, new PushContent(_starter.MaxSendBytes), options));
    }

    /// <summary>Cancels the calls that still run, with CANCELLED, and closes the connections.</summary>
    public void Dispose()
    {
        // The source is not disposed: calls that start or end meanwhile still look at its token.
        _closed.Cancel();
        _invoker.Dispose();
    }

    private static async Task SendAllAsync<TRequest, TResponse>(
        ClientCall<TResponse> call, IAsyncEnumerable<TRequest> requests)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        try
        {
            await foreach (TRequest request in requests)
                await call.WriteAsync(request, CancellationToken.None);
            await call.CompleteAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            // The requests cannot be completed, so neither can the call; its reader is told why.
            call.Fail(e);
        }
    }

    private SingleContent Single(IMessage request)
    {
        int size = request.CalculateSize();
        return size <= _starter.MaxSendBytes
            ? new SingleContent(request, _starter.MaxSendBytes)
            : throw FrameCodec.Oversize("send", size, _starter.MaxSendBytes);
    }

    private ClientCall<TResponse> Start<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, HttpContent content, GrpcCallOptions? options)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
        return new ClientCall<TResponse>(_starter, method.Path, method.ResponseParser, content, options ?? s_defaults);
    }
}
