using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Server;

/// <summary>What must hold before a request is a call at all.</summary>
internal static class RequestGate
{
    /// <summary>Answers what is not gRPC in HTTP's own terms (426 for HTTP/1, 415 for another content type).</summary>
    /// <returns>Whether the request is gRPC over HTTP/2.</returns>
    public static bool IsGrpc(HttpContext http)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            http.Response.Headers.Upgrade = "HTTP/2";
            return false;
        }

        if (HeaderNames.IsGrpc(http.Request.ContentType))
            return true;
        http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return false;
    }

    /// <summary>Lifts the limits of HTTP that would cut a stream off, and announces what this server speaks.</summary>
    public static void Prepare(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        http.Response.ContentType = HeaderNames.ContentType;
        http.Response.Headers[HeaderNames.AcceptEncoding] = HeaderNames.Identity;
    }

    /// <summary>Reads the headers of a call; the status says what is wrong with them.</summary>
    public static GrpcStatus Read(HttpRequest request, out GrpcMetadata metadata, out TimeSpan? timeout)
    {
        metadata = new GrpcMetadata();
        timeout = null;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in request.Headers)
        {
            foreach (string? value in values)
            {
                if (!MetadataCodec.TryAdd(metadata, name, value ?? ""))
                    return new GrpcStatus(GrpcStatusCode.Internal, $"The metadata {name} is not base64.");
            }
        }

        return ReadProtocol(request.Headers, out timeout);
    }

    private static GrpcStatus ReadProtocol(IHeaderDictionary headers, out TimeSpan? timeout)
    {
        timeout = null;
        if (headers[HeaderNames.Encoding].ToString() is not ("" or HeaderNames.Identity))
            return new GrpcStatus(GrpcStatusCode.Unimplemented, "Compression is not supported; identity is.");
        if (!headers.TryGetValue(HeaderNames.Timeout, out Microsoft.Extensions.Primitives.StringValues text))
            return GrpcStatus.Ok;
        if (!GrpcTimeout.TryParse(text.ToString(), out TimeSpan parsed))
            return new GrpcStatus(GrpcStatusCode.Internal, "The header grpc-timeout is malformed.");
        timeout = parsed;
        return GrpcStatus.Ok;
    }
}
