using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Receipts;

/// <summary>One slot's receipt and, once its epoch is covered, where it is in the epoch's execution tree.</summary>
/// <param name="QuoteIndex">Index of the quote record in the batch; null until the job is in one.</param>
public sealed record ReceiptShard(
    ShardReceipt Receipt, Signature Signature, uint? QuoteIndex = null, ulong? ExecutionIndex = null, ulong? ExecutionSize = null,
    ImmutableArray<Bytes32>? ExecutionProof = null);
