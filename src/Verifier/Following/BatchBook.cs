using System.Collections.Immutable;

namespace TeeTee.Verifier.Following;

/// <summary>The entries of all batches looked at, readable at any time while one follower writes.</summary>
internal sealed class BatchBook
{
    // Beyond these only the newest are kept; everything older was done and final.
    private const int MostEntries = 10_000;

    private ImmutableSortedDictionary<ulong, BatchEntry> _entries = ImmutableSortedDictionary<ulong, BatchEntry>.Empty;
    private ulong _doneThrough;

    /// <summary>Every batch up to this index is done, final and no longer listed.</summary>
    public ulong DoneThrough => Volatile.Read(ref _doneThrough);

    /// <summary>An immutable snapshot, by index.</summary>
    public ImmutableSortedDictionary<ulong, BatchEntry> Entries => Volatile.Read(ref _entries);

    public void Load(IEnumerable<BatchEntry> entries, ulong doneThrough)
    {
        Volatile.Write(ref _doneThrough, doneThrough);
        Volatile.Write(ref _entries, entries.ToImmutableSortedDictionary(e => e.Index, e => e));
    }

    public BatchEntry? Find(ulong index) => Entries.GetValueOrDefault(index);

    public void Set(BatchEntry entry) => Volatile.Write(ref _entries, Entries.SetItem(entry.Index, entry));

    public void Remove(ulong index) => Volatile.Write(ref _entries, Entries.Remove(index));

    /// <summary>Drops the oldest entries beyond the bound, as far as they are done and final.</summary>
    public void Trim(ulong finalIndex)
    {
        while (Entries.Count > MostEntries && Entries.First().Value is { IsDone: true } first && first.Index <= finalIndex && first.Index == DoneThrough + 1)
        {
            Volatile.Write(ref _doneThrough, first.Index);
            Remove(first.Index);
        }
    }
}
