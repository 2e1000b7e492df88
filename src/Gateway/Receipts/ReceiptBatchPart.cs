using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Receipts;

/// <summary>The batch of a receipt and the path from the query receipt to its root.</summary>
public sealed record ReceiptBatchPart(
    ulong Index, Bytes32 Hash, Bytes32 ParentHash, uint Leaf, uint Count, ImmutableArray<Bytes32> Proof, BatchHeader Header,
    Bytes32? Transaction = null, ulong? PostedAt = null);
