using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Disputing;

/// <summary>What a verdict accuses whom of. Pure.</summary>
internal static class Accusations
{
    /// <summary>
    /// One target for each leaf whose re-execution differs: the first position at which anything differs, and there the first shard; what comes after it
    /// may follow from it.
    /// </summary>
    public static IEnumerable<DisputeTarget> OfComputation(DisputeCase found) => found.Verdict.Reexecution
        .Where(f => f.Fault is ReexecutionFault.LeafDiffers or ReexecutionFault.TokenDiffers && f.Part is not null && f.Position is not null)
        .GroupBy(f => f.Leaf)
        .Select(leaf => leaf.MinBy(f => (f.Position!.Value, f.Part!.Value))!)
        .Select(f => new DisputeTarget(found.Posting.Index, found.BatchHash, f.Leaf, (uint)f.Part!.Value, f.Position!.Value));
}
