using TeeTee.Gateway.Attestation;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Receipts;

/// <summary>A quote over an epoch of one of the shards, and which collateral the sequencer says that it accepted it by, and when.</summary>
public sealed record ReceiptQuotePart(
    QuoteRecord Record, byte[] Quote, string TeeType, Bytes32? CollateralHash = null, ulong? VerifiedAt = null, QuoteMeasurements? Measurements = null);
