using System.Net;
using System.Net.Http.Headers;

namespace TeeTee.Grpc.Tests.Support;

/// <summary>A request built by hand, to send what no decent client sends.</summary>
internal static class RawCall
{
    public static async Task<(HttpStatusCode Http, string? Status, string? Message, HttpResponseMessage Response)> SendAsync(
        Uri server, string path, byte[] body, string contentType = "application/grpc", params (string, string)[] headers)
    {
        using SocketsHttpHandler handler = new() { UseProxy = false };
        using HttpMessageInvoker invoker = new(handler);
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(server, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using CancellationTokenSource limit = new(Bounded.Limit);
        HttpResponseMessage response = await invoker.SendAsync(request, limit.Token);
        await response.Content.LoadIntoBufferAsync(limit.Token);
        return (response.StatusCode, Find(response, "grpc-status"), Find(response, "grpc-message"), response);
    }

    private static string? Find(HttpResponseMessage response, string name)
    {
        foreach (HttpHeaders headers in new HttpHeaders[] { response.TrailingHeaders, response.Headers })
        {
            if (headers.TryGetValues(name, out IEnumerable<string>? values))
                return values.Single();
        }

        return null;
    }
}
