using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using TeeTee.Grpc.Server;

namespace TeeTee.Grpc;

/// <summary>gRPC endpoints of an application.</summary>
public static class GrpcEndpointExtensions
{
    /// <summary>
    /// Starts a group of gRPC methods with common limits. gRPC requests for methods that nobody mapped are
    /// answered UNIMPLEMENTED from then on.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="options">The limits of the group; the defaults when null.</param>
    /// <param name="conventions">Applied to each endpoint (authorization, rate limits), when given.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public static GrpcServiceMap MapGrpc(
        this IEndpointRouteBuilder endpoints,
        GrpcServerOptions? options = null,
        Action<IEndpointConventionBuilder>? conventions = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (!endpoints.DataSources.OfType<UnknownMethodDataSource>().Any())
            endpoints.DataSources.Add(new UnknownMethodDataSource());
        return new GrpcServiceMap(endpoints, options ?? new GrpcServerOptions(), conventions);
    }
}
