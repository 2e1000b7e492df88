using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Server;

/// <summary>
/// The endpoint behind all others: a gRPC request that no handler took is UNIMPLEMENTED, as gRPC wants it,
/// while everything that is not gRPC stays the application's to answer.
/// </summary>
internal sealed class UnknownMethodDataSource : EndpointDataSource, IRouteConstraint
{
    public UnknownMethodDataSource()
    {
        RoutePattern pattern = RoutePatternFactory.Parse(
            "{service}/{method}", defaults: null, parameterPolicies: new { method = this });
        RouteEndpointBuilder builder = new(AnswerAsync, pattern, order: int.MaxValue)
        {
            DisplayName = "gRPC unknown method",
        };
        builder.Metadata.Add(new HttpMethodMetadata([HttpMethods.Post]));
        Endpoints = [builder.Build()];
    }

    public override IReadOnlyList<Endpoint> Endpoints { get; }

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    public bool Match(
        HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        HeaderNames.IsGrpc(httpContext?.Request.ContentType);

    private static Task AnswerAsync(HttpContext http)
    {
        if (!RequestGate.IsGrpc(http))
            return Task.CompletedTask;
        RequestGate.Prepare(http);
        return CallDispatcher.RefuseAsync(http, CallDispatcher.UnknownMethod(http.Request.Path));
    }
}
