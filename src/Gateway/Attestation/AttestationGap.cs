namespace TeeTee.Gateway.Attestation;

/// <summary>A shard of the pipeline without an attestation, and why.</summary>
public sealed record AttestationGap(uint SlotId, string Cause);
