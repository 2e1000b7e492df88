using System.Collections.Immutable;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Batches;

/// <summary>Everything that a batch publishes about one job.</summary>
public sealed record BatchLeaf
{
    /// <summary>The leaf of the receipts tree.</summary>
    public required QueryReceipt Receipt { get; init; }

    /// <summary>The request with its signature.</summary>
    public required Signed<JobRequest> Request { get; init; }

    /// <summary>Shard receipts in layer order; none of a void job.</summary>
    public required ImmutableArray<ShardEntry> Shards { get; init; }

    /// <summary>Ids at positions 0..T (u32 LE) of a public job, wraps and ciphertext of a sealed one, nothing of a void one.</summary>
    public required ReadOnlyMemory<byte> Tokens { get; init; }

    /// <summary>Per shard, leaf(0) || ... || leaf(T-1).</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> LeafLists { get; init; }

    /// <summary>The signed cancellation, if the job was cancelled.</summary>
    public Signed<CancelJob>? Cancel { get; init; }

    /// <summary>The items of this leaf, ascending.</summary>
    public IEnumerable<DataItem> Items(uint leaf)
    {
        DataItem Item(DataKind kind, int part, ReadOnlyMemory<byte> bytes) => new(new ItemKey(leaf, kind, (ushort)part), bytes);
        yield return Item(DataKind.Request, 0, Request.Encode());
        yield return Item(DataKind.QueryReceipt, 0, Receipt.Encode());
        for (int i = 0; i < Shards.Length; i++)
            yield return Item(DataKind.ShardReceipt, i, Shards[i].Encode());
        if (Receipt.Finish != FinishReason.Void)
            yield return Item(DataKind.Tokens, 0, Tokens);
        for (int i = 0; i < LeafLists.Length; i++)
            yield return Item(DataKind.LeafList, i, LeafLists[i]);
        if (Cancel is not null)
            yield return Item(DataKind.Cancel, 0, Cancel.Encode());
    }

    public bool Equals(BatchLeaf? other) => other is not null && Items(0).SequenceEqual(other.Items(0));

    public override int GetHashCode() => Receipt.GetHashCode();
}
