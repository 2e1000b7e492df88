using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace TeeTee.Grpc.Wire;

/// <summary>What HTTP says, in gRPC's codes (http-grpc-status-mapping and PROTOCOL-HTTP2 of the grpc project).</summary>
internal static class StatusMapping
{
    /// <summary>The grpc-status header; what is no code counts as UNKNOWN.</summary>
    public static GrpcStatusCode ParseCode(string header) =>
        int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out int code)
        && code <= (int)GrpcStatusCode.Unauthenticated
            ? (GrpcStatusCode)code
            : GrpcStatusCode.Unknown;

    public static GrpcStatusCode FromHttp(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => GrpcStatusCode.Internal,
        HttpStatusCode.Unauthorized => GrpcStatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => GrpcStatusCode.PermissionDenied,
        HttpStatusCode.NotFound => GrpcStatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };

    /// <summary>The failure of a transport, as the status of the call that it carried.</summary>
    public static GrpcException FromTransport(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpProtocolException protocol)
                return new GrpcException(
                    FromHttp2(protocol.ErrorCode), $"HTTP/2 error {protocol.ErrorCode}.", null, exception);
        }

        GrpcStatusCode code = IsUnreachable(exception) ? GrpcStatusCode.Unavailable : GrpcStatusCode.Internal;
        string detail = exception is HttpRequestException r ? r.HttpRequestError.ToString() : exception.GetType().Name;
        if (exception.InnerException is AuthenticationException refused)
            detail += $": {refused.Message}";
        return new GrpcException(code, $"The connection to the server failed ({detail}).", null, exception);
    }

    // NO_ERROR is a server that is going away (GOAWAY) far more often than a stream that it dropped; a caller
    // that fails over needs the former to be UNAVAILABLE.
    private static GrpcStatusCode FromHttp2(long code) => code switch
    {
        0x0 or 0x7 => GrpcStatusCode.Unavailable,
        0x8 => GrpcStatusCode.Cancelled,
        0xb => GrpcStatusCode.ResourceExhausted,
        0xc => GrpcStatusCode.PermissionDenied,
        _ => GrpcStatusCode.Internal,
    };

    private static bool IsUnreachable(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError } => false,
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } => true,
        _ => exception is IOException or SocketException
            || (exception.InnerException is { } inner && IsUnreachable(inner)),
    };
}
