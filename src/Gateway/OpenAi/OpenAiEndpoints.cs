using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TeeTee.Gateway.OpenAi;

/// <summary>Puts the OpenAI endpoints on a web application (docs/api.md, section 2).</summary>
public static class OpenAiEndpoints
{
    /// <summary>
    /// Maps <c>POST /v1/chat/completions</c>, <c>POST /v1/completions</c>, <c>GET /v1/models</c> and <c>GET /v1/models/{name}</c>.
    /// Other addresses stay the application's.
    /// </summary>
    public static IEndpointRouteBuilder MapOpenAiGateway(this IEndpointRouteBuilder endpoints, OpenAiGateway gateway)
    {
        CompletionHandler handler = new(gateway, endpoints.ServiceProvider.GetRequiredService<ILogger<OpenAiGateway>>());
        endpoints.MapPost("/v1/chat/completions", (HttpContext http) => handler.ServeAsync(http, RequestReader.ReadChat));
        endpoints.MapPost("/v1/completions", (HttpContext http) => handler.ServeAsync(http, RequestReader.ReadCompletion));
        endpoints.MapGet("/v1/models", (HttpContext http) => handler.ServeModelsAsync(http, name: null));
        endpoints.MapGet("/v1/models/{**name}", (HttpContext http) => handler.ServeModelsAsync(http, (string?)http.Request.RouteValues["name"]));
        return endpoints;
    }

    /// <summary>Answers every address that nothing else maps with OpenAI's error object, for an application that is a gateway and nothing else.</summary>
    public static IEndpointRouteBuilder MapOpenAiFallback(this IEndpointRouteBuilder endpoints, OpenAiGateway gateway)
    {
        CompletionHandler handler = new(gateway, endpoints.ServiceProvider.GetRequiredService<ILogger<OpenAiGateway>>());
        endpoints.MapFallback((HttpContext http) => handler.ServeNothingAsync(http));
        return endpoints;
    }
}
