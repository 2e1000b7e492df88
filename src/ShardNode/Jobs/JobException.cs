using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>A job that cannot go on. The message is for operators and never holds prompt or answer.</summary>
internal sealed class JobException(JobFailure code, string message, bool retryable, uint slotId = 0, Exception? cause = null)
    : Exception(message, cause)
{
    private const int MostText = 512;

    public JobFailure Code => code;

    public bool Retryable => retryable;

    /// <summary>Slot in which the cause lies; 0 where unknown.</summary>
    public uint SlotId => slotId;

    public static JobException Invalid(string message) => new(JobFailure.InvalidRequest, message, false);

    public static JobException Lost(string message, uint slotId, Exception? cause = null) =>
        new(JobFailure.LinkLost, message, true, slotId, cause);

    public static JobException Overloaded(string message) => new(JobFailure.Overloaded, message, true);

    public static JobException Mismatch(string message, uint slotId) => new(JobFailure.BoundaryMismatch, message, false, slotId);

    public static JobException Protocol(string message, uint slotId) => new(JobFailure.Internal, message, true, slotId);

    public static JobException From(Abort abort) => new(
        abort.Code == JobFailure.Unspecified ? JobFailure.Internal : abort.Code, Bounded(abort.Message), abort.Retryable, abort.SlotId);

    public Abort ToAbort(uint ownSlot) => new() { Code = code, Message = Bounded(Message), Retryable = retryable, SlotId = slotId == 0 ? ownSlot : slotId };

    public JobFailed ToFailed(uint ownSlot) => new() { Code = code, Message = Bounded(Message), Retryable = retryable, SlotId = slotId == 0 ? ownSlot : slotId };

    /// <summary>Also what other shards wrote comes through here, and ends in logs: nothing in it may move a terminal's cursor.</summary>
    private static string Bounded(string text) => new([.. text.Take(MostText).Select(c => char.IsControl(c) ? '?' : c)]);
}
