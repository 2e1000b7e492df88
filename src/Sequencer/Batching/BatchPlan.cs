using System.Collections.Immutable;

namespace TeeTee.Sequencer.Batching;

/// <summary>The jobs of the next batch in order.</summary>
internal sealed record BatchPlan(ImmutableArray<JobCandidate> Jobs, CloseReason Reason);
