using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Receipts;

/// <summary>A quote over an epoch of one of the shards.</summary>
public sealed record ReceiptQuotePart(QuoteRecord Record, byte[] Quote, string TeeType);
