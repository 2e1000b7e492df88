using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Receipts;

/// <summary>The batch that holds the job and the path from its query receipt to <c>header.receiptsRoot</c>.</summary>
/// <param name="Leaf">Index of the query receipt.</param>
/// <param name="Count">Query receipts of the batch.</param>
/// <param name="Proof">From the leaf upwards.</param>
public sealed record ReceiptBatch(
    ulong Index, Bytes32 Hash, Bytes32 ParentHash, uint Leaf, uint Count, ImmutableArray<Bytes32> Proof, BatchHeader Header, Bytes32? Transaction = null,
    ulong? PostedAt = null);
