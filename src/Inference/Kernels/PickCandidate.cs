namespace TeeTee.Inference.Kernels;

/// <summary>The best id of a range of the vocabulary, or the first score of the range that is not finite.</summary>
/// <param name="Id">The lowest id with the greatest score; without meaning where Failure is set.</param>
/// <param name="Score">Its score.</param>
/// <param name="Failure">None, or <c>pick</c> with the first id whose score is not finite.</param>
internal readonly record struct PickCandidate(uint Id, float Score, NonFinite Failure)
{
    /// <summary>The best of two ranges, ids of the first below those of the second: what one pass over both would give.</summary>
    public static PickCandidate Merge(in PickCandidate lower, in PickCandidate upper) =>
        lower.Failure.IsNone && (!upper.Failure.IsNone || upper.Score > lower.Score) ? upper : lower;
}
