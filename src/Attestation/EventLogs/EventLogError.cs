namespace TeeTee.Attestation.EventLogs;

/// <summary>Why an event log was refused: the stage that refused and a cause with the values compared.</summary>
public sealed record EventLogError(EventLogStage Stage, string Cause)
{
    /// <summary>"Stage: cause".</summary>
    public override string ToString() => $"{Stage}: {Cause}";
}
