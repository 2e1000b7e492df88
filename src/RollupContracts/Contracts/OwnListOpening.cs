using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.RollupContracts;

/// <summary>The challenger's own list, opened at the selected place and at the one before.</summary>
/// <param name="Salt">Of the commitment.</param>
/// <param name="GroupRoots">The tree hashes of all groups.</param>
/// <param name="Selected">Differs from the revealed entry.</param>
/// <param name="Before">Equal to the revealed one; <see cref="EntryOpening.Empty"/> where the selected one is the very first.</param>
public sealed record OwnListOpening(Bytes32 Salt, IReadOnlyList<Bytes32> GroupRoots, EntryOpening Selected, EntryOpening Before)
{
    internal object[] ToTuple() => [Salt, GroupRoots.Cast<object>().ToArray(), Tuples.Of(Selected), Tuples.Of(Before)];
}
