namespace TeeTee.Attestation.EventLogs;

/// <summary>The forms in which event logs travel.</summary>
public enum EventLogFormat
{
    /// <summary>A JSON array of dstack's events.</summary>
    DstackEvents,

    /// <summary>What dstack's GetQuote answers: a JSON object with quote, event log (mostly as text) and VM configuration.</summary>
    DstackQuoteResponse,

    /// <summary>dstack's binary attestation, version 0 (SCALE): quote, then events. Also as hex in <c>{"attestation": ...}</c>.</summary>
    DstackAttestation,

    /// <summary>The CCEL table of the firmware: TCG_PCR_EVENT2 records, crypto agile.</summary>
    Ccel,
}
