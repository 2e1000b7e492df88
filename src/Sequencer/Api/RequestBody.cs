using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TeeTee.Gateway.Jobs;
using TeeTee.Sequencer.Jobs;

namespace TeeTee.Sequencer.Api;

/// <summary>Reads JSON bodies, bounded.</summary>
internal static class RequestBody
{
    /// <exception cref="JobApiException"><c>unsupported_media_type</c>, <c>payload_too_large</c> or <c>invalid_request</c>.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, long maxBytes)
        where T : class
    {
        if (!request.HasJsonContentType())
            throw Refusal.MediaType($"The content type is '{request.ContentType}'; application/json is expected.");
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = maxBytes;
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, JobApiJson.Options, request.HttpContext.RequestAborted).ConfigureAwait(false)
                ?? throw Refusal.Invalid("The body is null.");
        }
        catch (JsonException fault)
        {
            throw Refusal.Invalid($"The body is not what is expected: {fault.Message}");
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw Refusal.TooLarge($"The body is longer than {maxBytes} bytes.");
        }
    }
}
