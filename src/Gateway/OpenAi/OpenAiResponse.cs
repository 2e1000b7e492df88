using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TeeTee.Gateway.OpenAi;

/// <summary>Writes one HTTP answer: a JSON body, or server-sent events that begin with the first of them.</summary>
internal sealed class OpenAiResponse(HttpContext http)
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task WriteJsonAsync(object body, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, s_json), http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>One event, on the wire when this returns.</summary>
    public async Task WriteEventAsync(object data)
    {
        BeginStream();
        await WriteLinesAsync([.. "data: "u8, .. JsonSerializer.SerializeToUtf8Bytes(data, s_json), .. "\n\n"u8]).ConfigureAwait(false);
    }

    /// <summary>The mark that a stream is complete.</summary>
    public Task WriteDoneAsync() => WriteLinesAsync("data: [DONE]\n\n"u8.ToArray());

    /// <summary>The error: with its real status before the first byte, as the last event after it.</summary>
    public async Task WriteErrorAsync(OpenAiError error)
    {
        if (http.Response.HasStarted)
        {
            await WriteEventAsync(error.Body).ConfigureAwait(false);
            return;
        }
        if (error.RetryAfter is { } pause)
            http.Response.Headers.RetryAfter = Math.Ceiling(pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (error.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        await WriteJsonAsync(error.Body, error.Status).ConfigureAwait(false);
    }

    private void BeginStream()
    {
        if (http.Response.HasStarted)
            return;
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no";
    }

    private async Task WriteLinesAsync(byte[] lines)
    {
        await http.Response.Body.WriteAsync(lines, http.RequestAborted).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }
}
