using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Batches;

/// <summary>The tree of a batch's quote records (protocol section 7): what <c>quotesRoot</c> commits to.</summary>
public sealed class QuoteTree
{
    private readonly MerkleTree<KeccakMerkle> _tree;

    /// <param name="records">In the order of the batch.</param>
    public QuoteTree(IEnumerable<QuoteRecord> records) =>
        _tree = MerkleTree<KeccakMerkle>.FromData([.. records.Select(record => record.Encode())]);

    /// <summary>The quotes root.</summary>
    public Bytes32 Root => _tree.Root(ProtocolTags.Quotes);

    /// <summary>The audit path of one record, bottom up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such record.</exception>
    public ImmutableArray<Bytes32> Prove(int index) => [.. _tree.Prove(index)];
}
