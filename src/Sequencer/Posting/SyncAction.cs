namespace TeeTee.Sequencer.Posting;

/// <summary>One step that brings database and contract together.</summary>
internal abstract record SyncAction;

/// <summary>The contract has the batch: record it.</summary>
internal sealed record MarkPosted(ulong Index, ulong PostedAt) : SyncAction;

/// <summary>The contract calls the batch final: record it.</summary>
internal sealed record MarkFinal(ulong Index, ulong PostedAt) : SyncAction;

/// <summary>A batch recorded as posted is not on the chain any more: record it, so that it is posted again.</summary>
internal sealed record MarkUnposted(ulong Index) : SyncAction;

/// <summary>Post the batch now.</summary>
internal sealed record PostBatch(ulong Index) : SyncAction;

/// <summary>The batch can no longer land in time and was never signed for: take it back.</summary>
internal sealed record DiscardBatch(ulong Index) : SyncAction;

/// <summary>The contract rolled these back, an own fault or that of one before them: record it and free their jobs.</summary>
internal sealed record MarkRolledBack(IReadOnlyList<ulong> Indices) : SyncAction
{
    public bool Equals(MarkRolledBack? other) => other is not null && Indices.SequenceEqual(other.Indices);

    public override int GetHashCode() => Indices.Count;
}

/// <summary>
/// A batch that follows one that was rolled back, or whose time to be posted is over although it was signed for: take it back once nothing that was signed
/// can put it on the chain any more.
/// </summary>
internal sealed record AbandonBatch(ulong Index) : SyncAction;

/// <summary>Nothing may be posted until a person has looked.</summary>
internal sealed record HaltPosting(string Reason) : SyncAction;
