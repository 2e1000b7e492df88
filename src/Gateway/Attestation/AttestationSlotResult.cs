using TeeTee.Attestation.Verification;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Attestation;

/// <summary>What became of one slot of an attestation report.</summary>
public sealed record AttestationSlotResult
{
    /// <summary>The slot's id, as the report names it.</summary>
    public required uint SlotId { get; init; }

    /// <summary>The slot as the report describes it; null where it has no entry.</summary>
    public Slot? Claimed { get; init; }

    /// <summary>Where it was refused; null on acceptance.</summary>
    public AttestationStage? Stage { get; init; }

    /// <summary>Why; null on acceptance.</summary>
    public string? Cause { get; init; }

    /// <summary>The judgement of the quote; null where it did not come to that.</summary>
    public QuoteVerdict? Verdict { get; init; }

    /// <summary>Whether the contracts have slot and keys so; null where they were not asked.</summary>
    public bool? Registered { get; init; }

    /// <summary>The proof; null unless accepted.</summary>
    public AttestedSlot? Attested { get; init; }

    /// <summary>Whether every check passed.</summary>
    public bool Accepted => Attested is not null;

    /// <summary>The stage for people and programs: of the quote's verdict where that refused.</summary>
    public string? StageName => Stage is AttestationStage.Quote ? Verdict?.Error?.Stage.ToString() : Stage?.ToString();
}
