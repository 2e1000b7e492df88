using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Client;

/// <summary>A response whose headers have arrived: its messages, and the status wherever the server put it.</summary>
internal sealed class CallResponse : IDisposable
{
    private readonly HttpResponseMessage _http;

    private CallResponse(HttpResponseMessage http, FrameReader? messages, GrpcMetadata headers)
    {
        _http = http;
        Messages = messages;
        Headers = headers;
    }

    /// <summary>The messages, or null where the status came in place of them (Trailers-Only).</summary>
    public FrameReader? Messages { get; }

    public GrpcMetadata Headers { get; }

    /// <exception cref="GrpcException">The response is not gRPC, or uses a compression.</exception>
    public static async Task<CallResponse> OpenAsync(
        HttpResponseMessage http, int maxBytes, CancellationToken cancellationToken)
    {
        HttpHeadersNonValidated headers = http.Headers.NonValidated;
        string? contentType = First(http.Content.Headers.NonValidated, "Content-Type");
        if (http.StatusCode != HttpStatusCode.OK || !HeaderNames.IsGrpc(contentType))
            throw NotGrpc(http, contentType);
        if (headers.Contains(HeaderNames.Status))
            return new CallResponse(http, null, new GrpcMetadata());
        if (First(headers, HeaderNames.Encoding) is { } encoding and not HeaderNames.Identity)
            throw new GrpcException(GrpcStatusCode.Internal, $"The server compresses with '{encoding}', unasked.");
        Stream body = await http.Content.ReadAsStreamAsync(cancellationToken);
        FrameReader messages = new(PipeReader.Create(body, Streams.Reading), maxBytes);
        return new CallResponse(http, messages, ReadMetadata(headers));
    }

    /// <summary>The status and its metadata; the messages must have been read to their end.</summary>
    public (GrpcStatus Status, GrpcMetadata Trailers) ReadStatus()
    {
        HttpHeadersNonValidated lines = (Messages is null ? _http.Headers : _http.TrailingHeaders).NonValidated;
        if (First(lines, HeaderNames.Status) is not { } code)
            return (new GrpcStatus(GrpcStatusCode.Unknown, "The response ended without a status."), new GrpcMetadata());
        string text = StatusMessage.Decode(First(lines, HeaderNames.Message) ?? "");
        return (new GrpcStatus(StatusMapping.ParseCode(code), text), ReadMetadata(lines));
    }

    public void Dispose() => _http.Dispose();

    private static GrpcException NotGrpc(HttpResponseMessage http, string? contentType)
    {
        HttpHeadersNonValidated headers = http.Headers.NonValidated;
        if (First(headers, HeaderNames.Status) is { } code && StatusMapping.ParseCode(code) is not GrpcStatusCode.Ok and var known)
            return new GrpcException(known, StatusMessage.Decode(First(headers, HeaderNames.Message) ?? ""));
        return new GrpcException(
            StatusMapping.FromHttp(http.StatusCode),
            $"The answer is not gRPC: HTTP {(int)http.StatusCode}, content type '{contentType}'.");
    }

    private static string? First(HttpHeadersNonValidated headers, string name)
    {
        if (headers.TryGetValues(name, out HeaderStringValues values))
        {
            foreach (string value in values)
                return value;
        }

        return null;
    }

    private static GrpcMetadata ReadMetadata(HttpHeadersNonValidated headers)
    {
        GrpcMetadata metadata = new();
        foreach ((string name, HeaderStringValues values) in headers)
        {
            foreach (string value in values)
            {
                if (!MetadataCodec.TryAdd(metadata, name, value))
                    throw new GrpcException(GrpcStatusCode.Internal, $"The metadata {name} is not base64.");
            }
        }

        return metadata;
    }
}
