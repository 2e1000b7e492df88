using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Rollup.Batches;

/// <summary>One slot's part of an answered job, covered by a verified quote.</summary>
/// <param name="Receipt">The signed receipt.</param>
/// <param name="LeafList">leaf(0) || ... || leaf(T-1).</param>
/// <param name="Quote">The quote of the receipt's epoch.</param>
/// <param name="Proof">Of the receipt under the quote's execution root.</param>
public sealed record AnsweredShard(Signed<ShardReceipt> Receipt, ReadOnlyMemory<byte> LeafList, QuoteItem Quote, ExecutionProof Proof);
