using Microsoft.Extensions.Logging;

namespace TeeTee.Grpc.Server;

internal static partial class GrpcServerLog
{
    [LoggerMessage(1, LogLevel.Error, "The handler of {Method} failed.", EventName = "HandlerFailed")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string method);

    [LoggerMessage(2, LogLevel.Debug, "{Method} ended with {Status}.", EventName = "CallFailed")]
    public static partial void CallFailed(ILogger logger, string method, GrpcStatusCode status);

    [LoggerMessage(3, LogLevel.Debug, "The client gave up {Method}.", EventName = "CallAbandoned")]
    public static partial void CallAbandoned(ILogger logger, string method);
}
