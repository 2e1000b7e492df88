using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Grpc.Server;

namespace TeeTee.Grpc;

/// <summary>
/// Registers the handlers of gRPC methods. A handler answers by returning; it fails by throwing
/// <see cref="GrpcException"/>, while any other exception becomes UNKNOWN without its text.
/// </summary>
public sealed class GrpcServiceMap
{
    private readonly IEndpointRouteBuilder _endpoints;
    private readonly CallDispatcher _dispatcher;
    private readonly CallDispatcher _unlimited;
    private readonly Action<IEndpointConventionBuilder>? _conventions;

    internal GrpcServiceMap(
        IEndpointRouteBuilder endpoints, GrpcServerOptions options, Action<IEndpointConventionBuilder>? conventions)
    {
        options.Validate();
        ILogger logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>()
            .CreateLogger("TeeTee.Grpc.Server");
        _endpoints = endpoints;
        _conventions = conventions;
        _dispatcher = new CallDispatcher(options, new CallLimiter(options.MaxConcurrentCalls), logger);
        _unlimited = new CallDispatcher(options, new CallLimiter(null), logger);
    }

    /// <summary>Maps a unary method.</summary>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    public GrpcServiceMap MapUnary<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, Func<TRequest, GrpcServerContext, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Map(_dispatcher, method, GrpcMethodType.Unary, async call =>
        {
            TRequest request = await call.ReadSingleAsync(method.RequestParser);
            call.WriteSingle(await handler(request, call.Context));
        });

    /// <summary>Maps a server-streaming method; the stream ends when the handler returns.</summary>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    public GrpcServiceMap MapServerStreaming<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        Func<TRequest, IGrpcStreamWriter<TResponse>, GrpcServerContext, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Map(_dispatcher, method, GrpcMethodType.ServerStreaming, StreamOut(method, handler));

    /// <summary>Maps a client-streaming method; the handler may answer before the requests end.</summary>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    public GrpcServiceMap MapClientStreaming<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        Func<IAsyncEnumerable<TRequest>, GrpcServerContext, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Map(_dispatcher, method, GrpcMethodType.ClientStreaming, async call =>
            call.WriteSingle(await handler(call.ReadAllAsync(method.RequestParser), call.Context)));

    /// <summary>
    /// Maps a duplex method: requests may be read while responses are written. The call ends when the handler
    /// returns, whether or not the requests have ended.
    /// </summary>
    /// <remarks>
    /// The end of the requests is no proof that the client finished: see
    /// <see cref="GrpcServerContext.CancellationToken"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    public GrpcServiceMap MapDuplexStreaming<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        Func<IAsyncEnumerable<TRequest>, IGrpcStreamWriter<TResponse>, GrpcServerContext, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Map(_dispatcher, method, GrpcMethodType.DuplexStreaming, call => handler(
            call.ReadAllAsync(method.RequestParser), new GrpcStreamWriter<TResponse>(call.Responses), call.Context));

    /// <summary>Maps grpc.health.v1; its calls do not count against the limit of concurrent calls.</summary>
    public GrpcServiceMap MapHealth(HealthService health)
    {
        Map(_unlimited, HealthMethods.Check, GrpcMethodType.Unary, async call =>
        {
            var request = await call.ReadSingleAsync(HealthMethods.Check.RequestParser);
            call.WriteSingle(health.Check(request));
        });
        return Map(_unlimited, HealthMethods.Watch, GrpcMethodType.ServerStreaming,
            StreamOut(HealthMethods.Watch, health.WatchAsync));
    }

    private static Func<ServerCall, Task> StreamOut<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        Func<TRequest, IGrpcStreamWriter<TResponse>, GrpcServerContext, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> => async call =>
        {
            TRequest request = await call.ReadSingleAsync(method.RequestParser);
            await handler(request, new GrpcStreamWriter<TResponse>(call.Responses), call.Context);
        };

    private GrpcServiceMap Map<TRequest, TResponse>(
        CallDispatcher dispatcher,
        GrpcMethod<TRequest, TResponse> method,
        GrpcMethodType type,
        Func<ServerCall, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        method.Require(type);
        string path = method.Path;
        RequestDelegate run = http => dispatcher.RunAsync(http, path, handler);
        IEndpointConventionBuilder endpoint = _endpoints.MapPost(path, run).WithDisplayName($"gRPC {path}");
        _conventions?.Invoke(endpoint);
        return this;
    }
}
