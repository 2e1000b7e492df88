using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TeeTee.Gateway.Jobs;

namespace TeeTee.Sequencer.Data;

/// <summary>JSON answers of the read endpoints (docs/api.md sections 1 and 5).</summary>
internal static class ApiResult
{
    public static async Task WriteAsync<T>(HttpContext context, int status, T value)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(context.Response.Body, value, JobApiJson.Options, context.RequestAborted).ConfigureAwait(false);
    }

    public static Task InvalidAsync(HttpContext context, string message) =>
        WriteAsync(context, 400, new ApiErrorBody(new ApiError("invalid_request", message)));

    public static Task NotFoundAsync(HttpContext context, string message) =>
        WriteAsync(context, 404, new ApiErrorBody(new ApiError("not_found", message)));
}
