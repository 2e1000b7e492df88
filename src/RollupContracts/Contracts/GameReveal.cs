using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>How far a reveal has come.</summary>
/// <param name="GroupRoots">Tree hashes of the groups revealed so far.</param>
/// <param name="IsComplete">Whether the list is whole and fits the leaf.</param>
/// <param name="Deadline">First second at which it is too late, Unix seconds of the chain.</param>
public sealed record GameReveal(IReadOnlyList<Bytes32> GroupRoots, bool IsComplete, ulong Deadline);
