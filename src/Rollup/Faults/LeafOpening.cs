using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Faults;

/// <summary>A query receipt with its path below a batch's receipts root.</summary>
/// <param name="Index">Its index in the batch.</param>
/// <param name="Receipt">The receipt.</param>
/// <param name="Path">Bottom up.</param>
public sealed record LeafOpening(uint Index, QueryReceipt Receipt, ImmutableArray<Bytes32> Path)
{
    /// <summary>Opens a leaf of a batch's data.</summary>
    public static LeafOpening Of(BatchData data, int leaf)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new LeafOpening((uint)leaf, data.Leaves[leaf].Receipt, data.ProveReceipt(leaf));
    }

    /// <summary>The contracts' <c>LeafProof</c>.</summary>
    public object[] ToTuple() => [Index, MessageTuples.Of(Receipt), MessageTuples.Of(Path)];
}
