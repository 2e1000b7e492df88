using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Batching;

/// <summary>What batching, posting and settlement log. Ids 100 to 199; never prompt or answer.</summary>
internal static partial class BatchingLog
{
    [LoggerMessage(100, LogLevel.Information, "Batch {Index} ({Hash}) is built: {Count} receipts, closed by {Reason}")]
    public static partial void Built(ILogger logger, ulong index, Bytes32 hash, uint count, CloseReason reason);

    [LoggerMessage(101, LogLevel.Error, "Job {JobId} cannot be posted: {Finding}")]
    public static partial void Refused(ILogger logger, Bytes32 jobId, string finding);

    [LoggerMessage(102, LogLevel.Error, "Job {JobId} missed its posting deadline and is void: nothing is charged")]
    public static partial void Missed(ILogger logger, Bytes32 jobId);

    [LoggerMessage(103, LogLevel.Critical, "A batch of {Count} jobs breaks the rules and is not stored: {Finding}")]
    public static partial void SelfCheckFailed(ILogger logger, int count, string finding);

    [LoggerMessage(104, LogLevel.Warning, "Job {JobId} must be posted within {Seconds} s")]
    public static partial void Urgent(ILogger logger, Bytes32 jobId, ulong seconds);

    [LoggerMessage(110, LogLevel.Information, "Epoch {Epoch} of slot {Slot} is covered: {Count} receipts, {TeeType}")]
    public static partial void EpochStored(ILogger logger, uint slot, ulong epoch, int count, string teeType);

    [LoggerMessage(111, LogLevel.Error, "The quote of slot {Slot} for epoch {Epoch} is refused: {Fault}")]
    public static partial void QuoteRefused(ILogger logger, uint slot, ulong epoch, string fault);

    [LoggerMessage(112, LogLevel.Warning, "Epochs of {Source} cannot be fetched: {Fault}")]
    public static partial void SourceFailed(ILogger logger, string source, string fault);

    [LoggerMessage(120, LogLevel.Information, "Batch {Index} is {Status} by transaction {Transaction}")]
    public static partial void Marked(ILogger logger, ulong index, LocalStatus status, Bytes32? transaction);

    [LoggerMessage(121, LogLevel.Warning, "Batch {Index} is not on the chain any more and is posted again")]
    public static partial void Dropped(ILogger logger, ulong index);

    [LoggerMessage(122, LogLevel.Critical, "Posting is halted: {Reason}")]
    public static partial void Halted(ILogger logger, string reason);

    [LoggerMessage(123, LogLevel.Information, "Batch {Index} was on the chain already")]
    public static partial void WasThere(ILogger logger, ulong index);

    [LoggerMessage(124, LogLevel.Warning, "The transaction for batch {Index} ended as {Status}: {Message}")]
    public static partial void NotSent(ILogger logger, ulong index, TransactionStatus status, string message);

    [LoggerMessage(125, LogLevel.Error, "Batch {Index} can no longer land in time and is taken back")]
    public static partial void Discarded(ILogger logger, ulong index);

    [LoggerMessage(126, LogLevel.Warning, "{Part} does not work now: {Fault}")]
    public static partial void Faulted(ILogger logger, string part, string fault);

    [LoggerMessage(127, LogLevel.Error,
        "{Count} batches from {Index} ({Hash}) were rolled back: {Wrong} leaves were proved wrong and are void, {Freed} jobs are posted again")]
    public static partial void RolledBack(ILogger logger, int count, ulong index, Bytes32 hash, int wrong, int freed);

    [LoggerMessage(128, LogLevel.Warning, "Batch {Index} follows one that was rolled back and is taken back")]
    public static partial void Abandoned(ILogger logger, ulong index);

    [LoggerMessage(130, LogLevel.Information, "Finalised {Count} batches from {Index}")]
    public static partial void Finalised(ILogger logger, ulong index, int count);

    [LoggerMessage(131, LogLevel.Information, "Claimed {Amount} wei for {Owner}")]
    public static partial void Claimed(ILogger logger, Address owner, UInt128 amount);

    [LoggerMessage(132, LogLevel.Warning, "{Purpose} ended as {Status}: {Message}")]
    public static partial void SettlementFailed(ILogger logger, string purpose, TransactionStatus status, string message);

    [LoggerMessage(140, LogLevel.Warning, "{What} is challenged ({Challenge}); {Seconds} s to answer")]
    public static partial void Challenged(ILogger logger, string what, ulong challenge, ulong seconds);

    [LoggerMessage(141, LogLevel.Information, "{What}: challenge {Challenge} is answered")]
    public static partial void Answered(ILogger logger, string what, ulong challenge);

    [LoggerMessage(142, LogLevel.Critical, "{What}: challenge {Challenge} cannot be answered: {Cause}. The stake will be slashed")]
    public static partial void Unanswerable(ILogger logger, string what, ulong challenge, string cause);
}
