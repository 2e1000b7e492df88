using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TeeTee.Gateway.OpenAi;

/// <summary>Reads a JSON body up to a limit, whatever length it claims.</summary>
internal static class RequestBody
{
    /// <exception cref="OpenAiException">Another content type, or too long.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw new OpenAiException(OpenAiErrors.Of("unsupported_media_type", "The content type must be application/json."));
        if (request.ContentLength > most)
            throw TooLarge(most);
        using MemoryStream body = new();
        byte[] buffer = new byte[16 << 10];
        for (int read; (read = await ReadSomeAsync(request, buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (body.Length + read > most)
                throw TooLarge(most);
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    private static async Task<int> ReadSomeAsync(HttpRequest request, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (BadHttpRequestException fault)
        {
            throw new OpenAiException(OpenAiErrors.Of(fault.StatusCode == StatusCodes.Status413PayloadTooLarge ? "payload_too_large" : "invalid_request", fault.Message));
        }
    }

    private static OpenAiException TooLarge(int most) =>
        new(OpenAiErrors.Of("payload_too_large", $"The body is longer than {most} bytes."));
}
