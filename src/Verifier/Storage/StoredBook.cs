using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Verifier.Following;

namespace TeeTee.Verifier.Storage;

/// <summary>The state file. Nothing in it is needed: it saves judging and fetching again.</summary>
internal sealed record StoredBook(
    int Version, ulong ChainId, Address Rollup, ulong DoneThrough, ImmutableArray<BatchEntry> Entries, ImmutableArray<StoredState> States)
{
    public const int CurrentVersion = 1;
}
