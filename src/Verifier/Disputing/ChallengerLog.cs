using Microsoft.Extensions.Logging;
using TeeTee.Primitives;
using TeeTee.Rollup.Evidence;

namespace TeeTee.Verifier.Disputing;

internal static partial class ChallengerLog
{
    [LoggerMessage(1, LogLevel.Error, "Batch {index} is wrong and nothing is done about it ({cause}): {detail}")]
    public static partial void Alarm(ILogger logger, ulong index, string cause, string detail);

    [LoggerMessage(2, LogLevel.Warning, "Opening a dispute: {target}, operator {accused}, bond {bond} wei")]
    public static partial void Opening(ILogger logger, DisputeTarget target, Address accused, UInt128 bond);

    [LoggerMessage(3, LogLevel.Information, "{purpose}: done in {transaction}")]
    public static partial void Sent(ILogger logger, string purpose, Bytes32 transaction);

    [LoggerMessage(4, LogLevel.Warning, "{purpose} was not sent ({end}): {cause}")]
    public static partial void NotSent(ILogger logger, string purpose, SendEnd end, string cause);

    [LoggerMessage(5, LogLevel.Warning, "Nothing is decided now ({cause}): {detail}")]
    public static partial void Waiting(ILogger logger, VerdictCause cause, string detail);

    [LoggerMessage(6, LogLevel.Information, "Dispute {id} about {target} ended: {state}")]
    public static partial void Settled(ILogger logger, ulong id, DisputeTarget target, string state);

    [LoggerMessage(7, LogLevel.Error, "A look at the disputes failed")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Information, "The account of operator {accused} at {target} is canonical: nothing is opened")]
    public static partial void NotWrong(ILogger logger, Address accused, DisputeTarget target);

    [LoggerMessage(9, LogLevel.Warning, "Demanding {count} chunks of batch {index} that nobody serves")]
    public static partial void Demanding(ILogger logger, int count, ulong index);
}
