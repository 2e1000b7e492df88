using System.Collections.Immutable;
using TeeTee.Rollup.Accounting;

namespace TeeTee.Rollup.Verification;

/// <summary>What the rules say about a batch.</summary>
/// <param name="Findings">The broken rules; none of an honest batch.</param>
/// <param name="StateAfter">The state after the batch; null if an accounting step could not be applied or has another root.</param>
public sealed record BatchJudgement(ImmutableArray<BatchFinding> Findings, AccountTree? StateAfter)
{
    /// <summary>Whether no rule is broken.</summary>
    public bool IsValid => Findings.IsEmpty;
}
