using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Batches;

/// <summary>The decoded data of a batch.</summary>
public sealed record BatchData(ImmutableArray<BatchLeaf> Leaves, ImmutableArray<QuoteItem> Quotes)
{
    /// <summary>The receipts root.</summary>
    public Bytes32 ReceiptsRoot() => ReceiptsTree().Root(ProtocolTags.Receipts);

    /// <summary>The quotes root.</summary>
    public Bytes32 QuotesRoot() => new QuoteTree(Quotes.Select(q => q.Record)).Root;

    /// <summary>Proof of one query receipt against the receipts root.</summary>
    public ImmutableArray<Bytes32> ProveReceipt(int leaf) => [.. ReceiptsTree().Prove(leaf)];

    /// <summary>Whether a query receipt is leaf <paramref name="index"/> of a batch.</summary>
    public static bool VerifyReceipt(BatchHeader header, uint index, QueryReceipt receipt, ReadOnlySpan<Bytes32> proof) =>
        MerkleProof.Verify<KeccakMerkle>(
            ProtocolTags.Receipts, header.ReceiptsRoot, header.Count, index, KeccakMerkle.Leaf(receipt.Encode()), proof);

    /// <summary>The items of the batch, ascending.</summary>
    public IEnumerable<DataItem> Items()
    {
        IEnumerable<DataItem> quotes = Quotes.Select(
            (q, i) => new DataItem(new ItemKey(ItemKey.NoLeaf, DataKind.Quote, (ushort)i), q.Encode()));
        return Leaves.SelectMany((leaf, i) => leaf.Items((uint)i)).Concat(quotes);
    }

    /// <summary>The items cut into chunks, in order.</summary>
    public ImmutableArray<DataChunk> Chunks() => [.. DataChunk.Cut(Items())];

    public bool Equals(BatchData? other) =>
        other is not null && Leaves.AsSpan().SequenceEqual(other.Leaves.AsSpan()) && Quotes.AsSpan().SequenceEqual(other.Quotes.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Leaves.Length, Quotes.Length);

    private MerkleTree<KeccakMerkle> ReceiptsTree() =>
        MerkleTree<KeccakMerkle>.FromData([.. Leaves.Select(l => l.Receipt.Encode())]);
}
