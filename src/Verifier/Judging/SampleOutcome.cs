using System.Collections.Immutable;

namespace TeeTee.Verifier.Judging;

/// <summary>What re-execution of a batch's sample gave.</summary>
internal sealed record SampleOutcome(
    ImmutableArray<uint> Checkable, ImmutableArray<uint> Sealed, ImmutableArray<uint> Sampled, ImmutableArray<ReexecutionFinding> Findings);
