namespace TeeTee.Attestation.EventLogs;

/// <summary>Carries a refusal from the depth of a reader to the edge of this folder, where it becomes an <see cref="EventLogError"/>.</summary>
internal sealed class MalformedEventLogException(EventLogStage stage, string cause) : Exception(cause)
{
    public EventLogError Error { get; } = new(stage, cause);

    public static void Require(bool condition, EventLogStage stage, string cause)
    {
        if (!condition)
            throw new MalformedEventLogException(stage, cause);
    }
}
