using Microsoft.Extensions.Logging;
using TeeTee.Primitives;
using TeeTee.Rollup.Evidence;

namespace TeeTee.Verifier.Following;

internal static partial class VerifierLog
{
    [LoggerMessage(1, LogLevel.Information, "Batch {index} ({hash}) is {verdict}: {detail}")]
    public static partial void Judged(ILogger logger, ulong index, Bytes32 hash, Verdict verdict, string detail);

    [LoggerMessage(2, LogLevel.Error, "Batch {index} ({hash}) is INVALID, found twice: {detail}")]
    public static partial void Invalid(ILogger logger, ulong index, Bytes32 hash, string detail);

    [LoggerMessage(3, LogLevel.Warning, "Batch {index} cannot be judged now ({cause}): {detail}")]
    public static partial void Unavailable(ILogger logger, ulong index, VerdictCause cause, string detail);

    [LoggerMessage(4, LogLevel.Error, "Judging batch {index} failed")]
    public static partial void Failed(ILogger logger, Exception exception, ulong index);

    [LoggerMessage(5, LogLevel.Warning, "The chain cannot be followed now ({cause}): {detail}")]
    public static partial void NotFollowing(ILogger logger, VerdictCause cause, string detail);

    [LoggerMessage(6, LogLevel.Warning, "Batch {index} moved on the chain; it is judged again")]
    public static partial void Moved(ILogger logger, ulong index);

    [LoggerMessage(7, LogLevel.Error, "A look at the chain failed")]
    public static partial void PollFailed(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "Parameters of this development network would lose money elsewhere. {Finding}")]
    public static partial void LosingParameters(ILogger logger, string finding);

    [LoggerMessage(11, LogLevel.Warning, "Whether disputes pay cannot be judged, since the chain does not answer: {Fault}")]
    public static partial void MoneyUnknown(ILogger logger, string fault);
}
