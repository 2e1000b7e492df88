using System.Collections.Immutable;

namespace TeeTee.Gateway.Attestation;

/// <summary>What became of an attestation report.</summary>
/// <param name="Slots">Every slot that the report names, in layer order, those without an entry last.</param>
/// <param name="Fault">What is wrong with the report as a whole, or null.</param>
public sealed record AttestationReportResult(ImmutableArray<AttestationSlotResult> Slots, string? Fault)
{
    /// <summary>Whether the report is whole and every slot of it is attested.</summary>
    public bool Accepted => Fault is null && !Slots.IsEmpty && Slots.All(slot => slot.Accepted);

    /// <summary>The slot that takes prompts, the one at layer 0, if it is attested.</summary>
    public AttestedSlot? First => Slots.FirstOrDefault(slot => slot is { Accepted: true, Claimed.FirstLayer: 0 })?.Attested;
}
