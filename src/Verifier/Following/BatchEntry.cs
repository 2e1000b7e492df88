using TeeTee.Primitives;
using TeeTee.Rollup.Evidence;

namespace TeeTee.Verifier.Following;

/// <summary>What the follower knows of one batch.</summary>
/// <param name="BlockNumber">The block that holds it; 0 if unknown.</param>
/// <param name="BlockHash">That block's hash: the verdict holds only there.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="JudgedAt">Unix seconds of the verdict.</param>
/// <param name="Leaves">Receipts.</param>
/// <param name="Checkable">Jobs that could be run again.</param>
/// <param name="Sampled">Jobs that were.</param>
/// <param name="Sealed">Sealed jobs, whose computation was not checked.</param>
/// <param name="Attempts">Judgements made.</param>
internal sealed record BatchEntry(
    ulong Index, Bytes32 BatchHash, ulong BlockNumber, Bytes32 BlockHash, ulong PostedAt, Verdict Verdict, VerdictCause Cause, string Detail,
    ulong JudgedAt, uint Leaves, uint Checkable, uint Sampled, uint Sealed, int Attempts)
{
    /// <summary>Whether nothing more is to be done as long as the chain stays as it is.</summary>
    public bool IsDone => Verdict is Verdict.Valid or Verdict.Invalid || Cause == VerdictCause.NotStanding;

    public static BatchEntry Of(BatchVerdict verdict, int attempts) => new(
        verdict.BatchIndex, verdict.BatchHash, verdict.Posting?.BlockNumber ?? 0, verdict.Posting?.BlockHash ?? Bytes32.Zero,
        verdict.Posting?.PostedAt ?? 0, verdict.Verdict, verdict.Cause, verdict.Detail, verdict.Evidence.JudgedAt, verdict.Leaves,
        verdict.CheckableLeaves, verdict.Cause == VerdictCause.None ? (uint)verdict.Evidence.SampledLeaves.Length : 0,
        (uint)verdict.SealedLeaves.Length, attempts);
}
