namespace TeeTee.Attestation.Sources;

/// <summary>A quote with what a guest agent says about the machine beside it.</summary>
/// <param name="Quote">The quote, over the report data that was asked for.</param>
/// <param name="EventLog">The agent's event log, JSON, as it came; for <see cref="EventLogs.EventLog.TryRead"/>. Empty where it gave none.</param>
/// <param name="VmConfig">The machine's configuration as its host declares it, JSON; unproven. Empty where it gave none.</param>
public sealed record GuestEvidence(ReadOnlyMemory<byte> Quote, ReadOnlyMemory<byte> EventLog, string VmConfig);
