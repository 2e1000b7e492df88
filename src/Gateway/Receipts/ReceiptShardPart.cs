using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Receipts;

/// <summary>A shard's signed receipt and its proof in the epoch's execution tree, once there is one.</summary>
public sealed record ReceiptShardPart(
    ShardReceipt Receipt, Signature Signature, uint? QuoteIndex = null, ulong? ExecutionIndex = null, ulong? ExecutionSize = null,
    ImmutableArray<Bytes32>? ExecutionProof = null);
