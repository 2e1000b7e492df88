using TeeTee.Gateway.Attestation;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Receipts;

/// <summary>A quote that covers one of the job's shard receipts.</summary>
/// <param name="Quote">The quote's bytes; base64 in JSON.</param>
/// <param name="TeeType">"tdx" or "simulated".</param>
/// <param name="CollateralHash">Keccak-256 of the collateral container that the sequencer accepted it by: <c>/v1/attestation/collateral/{hash}</c>.</param>
/// <param name="VerifiedAt">When it did, in Unix seconds.</param>
/// <param name="Measurements">What the quote says of the machine, spelled out.</param>
public sealed record ReceiptQuote(
    QuoteRecord Record, byte[] Quote, string TeeType, Bytes32? CollateralHash = null, ulong? VerifiedAt = null, QuoteMeasurements? Measurements = null);
