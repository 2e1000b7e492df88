using System.Net;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Client;

/// <summary>What the calls of a channel share.</summary>
internal sealed class CallStarter(
    HttpMessageInvoker invoker, Uri address, GrpcChannelOptions options, CancellationToken channelClosed)
{
    public int MaxSendBytes => options.MaxSendMessageBytes;

    public int MaxReceiveBytes => options.MaxReceiveMessageBytes;

    public CallLifetime CreateLifetime(GrpcCallOptions call) =>
        new(call.Timeout, call.CancellationToken, channelClosed, options.TimeProvider);

    /// <summary>Sends a request; completes with the response's headers.</summary>
    public async Task<CallResponse> SendAsync(
        string path, HttpContent content, GrpcCallOptions call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        HttpResponseMessage response = await invoker.SendAsync(CreateRequest(path, content, call), cancellationToken);
        try
        {
            return await CallResponse.OpenAsync(response, MaxReceiveBytes, cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private HttpRequestMessage CreateRequest(string path, HttpContent content, GrpcCallOptions call)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.TryAddWithoutValidation("Content-Type", HeaderNames.ContentType);
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        request.Headers.TryAddWithoutValidation("User-Agent", "grpc-teetee-dotnet/1.0");
        request.Headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, HeaderNames.Identity);
        if (call.Timeout is { } timeout)
            request.Headers.TryAddWithoutValidation(HeaderNames.Timeout, GrpcTimeout.Format(timeout));
        foreach (GrpcMetadataEntry entry in call.Metadata ?? [])
            request.Headers.TryAddWithoutValidation(entry.Key, MetadataCodec.ToHeader(entry));
        return request;
    }
}
