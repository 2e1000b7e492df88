using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Receipts;

/// <summary>A receipt as a sequencer or a file gives it (docs/api.md, section 3). Nothing in it is believed; parts may be absent.</summary>
public sealed record ReceiptDocument(
    Bytes32 Id, string Status, JobRequest Request, Signature RequestSignature, ImmutableArray<ReceiptShardPart> Shards, ImmutableArray<ReceiptQuotePart> Quotes,
    ImmutableArray<uint>? Tokens = null, AnswerReceipt? Answer = null, Signature? AnswerSignature = null, QueryReceipt? QueryReceipt = null,
    ReceiptBatchPart? Batch = null, ReceiptAccountPart? Account = null, byte[]? Sealed = null);
