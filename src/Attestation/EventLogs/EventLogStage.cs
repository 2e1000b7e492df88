namespace TeeTee.Attestation.EventLogs;

/// <summary>The step that refused an event log.</summary>
public enum EventLogStage
{
    /// <summary>The bytes have no form of an event log, or exceed a bound.</summary>
    Form,

    /// <summary>One event is malformed.</summary>
    Event,

    /// <summary>A runtime event's digest or preimage contradicts its own name and payload.</summary>
    RuntimeDigest,

    /// <summary>The names that dstack's boot gives to its events are doubled, misplaced or missing.</summary>
    Names,

    /// <summary>The replayed registers are not those of the quote.</summary>
    Registers,

    /// <summary>The compose file is unreadable or is not the one that was measured.</summary>
    Compose,

    /// <summary>MR_CONFIG_ID says something else than the event log.</summary>
    ConfigId,
}
