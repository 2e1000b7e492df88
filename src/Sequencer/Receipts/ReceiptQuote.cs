using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Receipts;

/// <summary>A quote that covers one of the job's shard receipts.</summary>
/// <param name="Quote">The quote's bytes; base64 in JSON.</param>
/// <param name="TeeType">"tdx" or "simulated".</param>
public sealed record ReceiptQuote(QuoteRecord Record, byte[] Quote, string TeeType);
