using System.Net;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Tls;
using TeeTee.Primitives;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Observability;

/// <summary>What the shard logs. Never a prompt, an answer or a token id.</summary>
internal static partial class ShardLog
{
    [LoggerMessage(1, LogLevel.Information, "Serving slot {Slot} of {Operator}: layers {First} to {Last} of model {Model} on {Address}")]
    public static partial void Serving(ILogger logger, uint slot, Address @operator, int first, int last, Bytes32 model, Uri address);

    [LoggerMessage(2, LogLevel.Information, "Job {Job} started, {Positions} positions at most")]
    public static partial void JobStarted(ILogger logger, Bytes32 job, int positions);

    [LoggerMessage(3, LogLevel.Information, "Job {Job} signed after {Positions} positions")]
    public static partial void JobSigned(ILogger logger, Bytes32 job, int positions);

    [LoggerMessage(4, LogLevel.Warning, "Job {Job} failed as {Code} (slot {Slot}, retryable {Retryable}): {Reason}")]
    public static partial void JobFailed(ILogger logger, Bytes32 job, JobFailure code, uint slot, bool retryable, string reason);

    [LoggerMessage(5, LogLevel.Error, "Job {Job} failed unexpectedly")]
    public static partial void JobCrashed(ILogger logger, Exception cause, Bytes32 job);

    [LoggerMessage(6, LogLevel.Information, "Epoch {Epoch} sealed over {Receipts} receipts")]
    public static partial void EpochSealed(ILogger logger, ulong epoch, int receipts);

    [LoggerMessage(7, LogLevel.Error, "Sealing failed; it is tried again")]
    public static partial void SealFailed(ILogger logger, Exception cause);

    [LoggerMessage(8, LogLevel.Information, "Link to slot {Slot} is up")]
    public static partial void LinkUp(ILogger logger, uint slot);

    [LoggerMessage(9, LogLevel.Information, "Link to slot {Slot} ended: {Reason}")]
    public static partial void LinkDown(ILogger logger, uint slot, string reason);

    [LoggerMessage(10, LogLevel.Warning, "The chain cannot be asked; going on with what is known: {Reason}")]
    public static partial void ChainDown(ILogger logger, string reason);

    [LoggerMessage(11, LogLevel.Information, "Draining: {Jobs} jobs are running")]
    public static partial void Draining(ILogger logger, int jobs);

    [LoggerMessage(12, LogLevel.Information, "Slot {Slot} registered key {Key} from epoch {From} to {Until}")]
    public static partial void KeyRegistered(ILogger logger, uint slot, Address key, ulong from, ulong until);

    [LoggerMessage(13, LogLevel.Warning, "A connection from {Remote} was refused: {Reason}")]
    public static partial void PeerRefused(ILogger logger, EndPoint? remote, PeerError reason);

    [LoggerMessage(14, LogLevel.Information, "The connection of {Caller} was ended: {Reason}")]
    public static partial void ConnectionEnded(ILogger logger, string caller, PeerError reason);

    [LoggerMessage(15, LogLevel.Information, "The certificate of this shard was renewed until {Until}")]
    public static partial void CertificateRenewed(ILogger logger, DateTimeOffset until);

    [LoggerMessage(16, LogLevel.Error, "The certificate of this shard, valid until {Until}, cannot be renewed: {Reason}")]
    public static partial void RenewalFailed(ILogger logger, DateTimeOffset until, string reason);

    [LoggerMessage(17, LogLevel.Warning, "Collateral of platform {Fmspc} cannot be had: {Reason}")]
    public static partial void CollateralMissing(ILogger logger, string fmspc, string reason);

    [LoggerMessage(19, LogLevel.Warning, "A link of slot {Slot} was refused: {Reason}")]
    public static partial void LinkRefused(ILogger logger, uint slot, string reason);

    [LoggerMessage(18, LogLevel.Warning, "Links are plain: activations cross the network in the clear and nobody proves who they are")]
    public static partial void PlainLinks(ILogger logger);

    [LoggerMessage(20, LogLevel.Error, "The key of slot {Slot}, which counts for {Left} more, cannot be attested anew; it is tried again: {Reason}")]
    public static partial void KeyRenewalFailed(ILogger logger, uint slot, TimeSpan left, string reason);

    [LoggerMessage(21, LogLevel.Warning, "FAULT INJECTION is on: this shard cheats on purpose ({Fault})")]
    public static partial void Faulty(ILogger logger, string fault);

    [LoggerMessage(22, LogLevel.Warning, "Parameters of this development network would lose money elsewhere. {Finding}")]
    public static partial void LosingParameters(ILogger logger, string finding);
}
