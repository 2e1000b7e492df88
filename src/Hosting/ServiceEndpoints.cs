using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Hosting.Observability;

namespace TeeTee.Hosting;

/// <summary>The endpoints every service has: <c>/livez</c>, <c>/readyz</c> and <c>/metrics</c>.</summary>
public static class ServiceEndpoints
{
    /// <summary>Registers what <see cref="MapServiceEndpoints"/> needs.</summary>
    public static IServiceCollection AddServiceEndpoints(this IServiceCollection services) =>
        services.AddSingleton<Readiness>().AddSingleton<PrometheusExporter>();

    /// <summary>Maps the three endpoints. <c>/readyz</c> answers 503 and names each obstacle until the service can take work.</summary>
    public static IEndpointRouteBuilder MapServiceEndpoints(this IEndpointRouteBuilder endpoints)
    {
        IServiceProvider services = endpoints.ServiceProvider;
        Readiness readiness = services.GetRequiredService<Readiness>();
        PrometheusExporter exporter = services.GetRequiredService<PrometheusExporter>();
        endpoints.MapGet("/livez", () => Results.Json(new { status = "ok" }));
        endpoints.MapGet("/readyz", () => readiness.IsReady
            ? Results.Json(new { status = "ok" })
            : Results.Json(new { status = "unavailable", obstacles = readiness.Obstacles }, statusCode: 503));
        endpoints.MapGet("/metrics", () => Results.Text(exporter.Scrape(), "text/plain; version=0.0.4"));
        return endpoints;
    }
}
