using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Gateway.Jobs;
using TeeTee.Sequencer.Jobs;

namespace TeeTee.Sequencer.Api;

/// <summary>Every failure of the HTTP API as an error object of docs/api.md section 5.</summary>
internal static class ApiErrors
{
    /// <summary>Catches what endpoints throw, and gives routing's own refusals a body.</summary>
    public static IApplicationBuilder UseApiErrors(this IApplicationBuilder application)
    {
        ILogger log = application.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("TeeTee.Sequencer.Api");
        JobMetrics metrics = application.ApplicationServices.GetRequiredService<JobMetrics>();
        return application.Use(async (HttpContext http, RequestDelegate next) =>
        {
            try
            {
                await next(http).ConfigureAwait(false);
            }
            catch (Exception fault)
            {
                await HandleAsync(http, fault, metrics, log).ConfigureAwait(false);
            }
        });
    }

    /// <summary>The answer to a path that nobody mapped.</summary>
    public static Task NotFoundAsync(HttpContext http) => throw Refusal.NotFound($"{http.Request.Method} {http.Request.Path} does not exist.");

    /// <summary>Writes a refusal.</summary>
    public static Task WriteAsync(HttpContext http, JobApiException refusal)
    {
        http.Response.StatusCode = (int)(refusal.Status ?? System.Net.HttpStatusCode.InternalServerError);
        if (refusal.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return http.Response.WriteAsJsonAsync(new ApiErrorBody(new ApiError(refusal.Code, refusal.Message, refusal.Type)), JobApiJson.Options, http.RequestAborted);
    }

    private static async Task HandleAsync(HttpContext http, Exception fault, JobMetrics metrics, ILogger log)
    {
        if (fault is OperationCanceledException || http.RequestAborted.IsCancellationRequested)
            return;
        JobApiException refusal = fault switch
        {
            JobApiException known => known,
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } bad => Refusal.TooLarge(bad.Message),
            BadHttpRequestException bad => Refusal.Invalid(bad.Message),
            _ => Refusal.Internal(),
        };
        if (refusal.Code == "internal")
            SequencerLog.RequestBroken(log, fault);
        metrics.Refused(refusal.Code);
        if (http.Response.HasStarted)
            http.Abort();
        else
            await WriteAsync(http, refusal).ConfigureAwait(false);
    }
}
