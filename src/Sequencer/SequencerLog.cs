using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Tls;
using TeeTee.Primitives;

namespace TeeTee.Sequencer;

/// <summary>What jobs and shards log. Ids 1 to 99; never prompt or answer.</summary>
internal static partial class SequencerLog
{
    [LoggerMessage(1, LogLevel.Information, "Shard {Endpoint} is slot {Slot}: {Layers} layers from {FirstLayer}")]
    public static partial void ShardJoined(ILogger logger, Uri endpoint, uint slot, uint firstLayer, uint layers);

    [LoggerMessage(2, LogLevel.Warning, "Shard {Endpoint} cannot serve: {Fault}")]
    public static partial void ShardUnusable(ILogger logger, Uri endpoint, string fault);

    [LoggerMessage(3, LogLevel.Warning, "The registry cannot be read: {Fault}")]
    public static partial void RegistryUnread(ILogger logger, string fault);

    [LoggerMessage(4, LogLevel.Warning, "Slot {Slot} could not be attested: {Fault}")]
    public static partial void ShardNotAttested(ILogger logger, uint slot, string fault);

    [LoggerMessage(5, LogLevel.Information, "The certificate of this sequencer was renewed until {Until}")]
    public static partial void CertificateRenewed(ILogger logger, DateTimeOffset until);

    [LoggerMessage(6, LogLevel.Error, "The certificate of this sequencer, valid until {Until}, cannot be renewed: {Reason}")]
    public static partial void RenewalFailed(ILogger logger, DateTimeOffset until, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Collateral of platform {Fmspc} cannot be had: {Reason}")]
    public static partial void CollateralMissing(ILogger logger, string fmspc, string reason);

    [LoggerMessage(8, LogLevel.Warning, "The connection to shard {Endpoint} was given up: {Reason}")]
    public static partial void LinkGivenUp(ILogger logger, Uri endpoint, PeerError reason);

    [LoggerMessage(10, LogLevel.Information, "Job {JobId} accepted")]
    public static partial void JobAccepted(ILogger logger, Bytes32 jobId);

    [LoggerMessage(11, LogLevel.Information, "Job {JobId} answered: {OutputTokens} tokens, {Fee} wei")]
    public static partial void JobAnswered(ILogger logger, Bytes32 jobId, uint outputTokens, UInt128 fee);

    [LoggerMessage(12, LogLevel.Warning, "Job {JobId} is void: {Reason}")]
    public static partial void JobVoid(ILogger logger, Bytes32 jobId, string reason);

    [LoggerMessage(13, LogLevel.Warning, "Job {JobId} is opened again: {Fault}")]
    public static partial void JobRetried(ILogger logger, Bytes32 jobId, string fault);

    [LoggerMessage(14, LogLevel.Error, "Job {JobId} stopped by a fault of this program and stays running in the database")]
    public static partial void JobBroken(ILogger logger, Exception fault, Bytes32 jobId);

    [LoggerMessage(15, LogLevel.Information, "{Count} jobs of an earlier run are continued")]
    public static partial void JobsContinued(ILogger logger, int count);

    [LoggerMessage(16, LogLevel.Error, "A request failed by a fault of this program")]
    public static partial void RequestBroken(ILogger logger, Exception fault);

    [LoggerMessage(17, LogLevel.Warning, "The cancellation of job {JobId} did not reach its shard: {Fault}")]
    public static partial void CancelNotSent(ILogger logger, Bytes32 jobId, string fault);

    [LoggerMessage(18, LogLevel.Warning, "Parameters of this development network would lose money elsewhere. {Finding}")]
    public static partial void LosingParameters(ILogger logger, string finding);
}
