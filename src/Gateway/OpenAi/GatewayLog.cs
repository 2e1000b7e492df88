using Microsoft.Extensions.Logging;

namespace TeeTee.Gateway.OpenAi;

/// <summary>The gateway's log messages; none holds a prompt, an answer or a key.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1, LogLevel.Error, "Request {RequestId} failed unexpectedly.")]
    public static partial void Unexpected(ILogger log, Exception fault, string requestId);

    [LoggerMessage(2, LogLevel.Error, "An answer was refused: {Cause}")]
    public static partial void AnswerRefused(ILogger log, string cause);
}
