using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Sequencer.Batching;

/// <summary>
/// Judges an epoch's quote: form, signatures and chain to the pinned root, TCB by the collateral that is held and must be in date now, report data, and the
/// registered slot and keys. Collateral that is not held yet refuses like a fault; refused quotes are judged again.
/// </summary>
internal sealed class QuoteJudge(BatchingOptions options)
{
    public const string Hardware = "tdx";
    public const string Simulated = "simulated";

    private readonly RollupDomain _domain = options.Deployment.Domain();

    /// <summary>Why the quote does not count; null if it does.</summary>
    /// <param name="slot">The slot as registered, or null.</param>
    /// <param name="keys">Every key ever registered for it.</param>
    /// <param name="collateral">What it was judged by; null where it did not come to that.</param>
    public string? FindFault(
        QuoteItem quote, string teeType, Slot? slot, IReadOnlyList<SlotKey> keys, DateTimeOffset now, out QuoteCollateral? collateral)
    {
        collateral = null;
        return FindRegistryFault(quote.Record, slot, keys) ?? FindQuoteFault(quote, teeType, now, out collateral);
    }

    /// <summary>The part that is independent of the registry.</summary>
    public string? FindQuoteFault(QuoteItem quote, string teeType, DateTimeOffset now, out QuoteCollateral? collateral)
    {
        ArgumentNullException.ThrowIfNull(quote);
        collateral = null;
        Bytes32 hash = Keccak256.Hash(quote.Quote.Span);
        if (hash != quote.Record.QuoteHash)
            return $"the record is about quote {quote.Record.QuoteHash}, not {hash}";
        if (options.RootOf(teeType) is not { } root)
            return $"quotes of type {teeType} are not accepted here";
        collateral = options.Collateral.FindFor(quote.Quote.Span, root, now, out QuoteError? error);
        if (collateral is null)
            return $"{error}";
        QuoteVerificationInput input = new()
        {
            Now = now,
            Root = root,
            Collateral = collateral,
            ExpectedReportData = ReportData.ForEpoch(_domain, quote.Record),
            Policy = options.EffectivePolicy(),
        };
        return QuoteVerifier.Verify(quote.Quote.Span, input).Error?.ToString();
    }

    private static string? FindRegistryFault(QuoteRecord record, Slot? slot, IReadOnlyList<SlotKey> keys)
    {
        if (slot is null)
            return $"slot {record.Slot} is not registered";
        if ((slot.SlotId, slot.Operator, slot.ModelId) != (record.Slot, record.Operator, record.ModelId))
            return $"slot {slot.SlotId} is of {slot.Operator} for {slot.ModelId}, not of {record.Operator} for {record.ModelId}";
        bool registered = keys.Any(
            k => k.SigningKey == record.SigningKey && k.EncryptionKey == record.EncryptionKey && k.IsValidAt(record.Epoch));
        return registered ? null : $"key {record.SigningKey} is not registered for slot {record.Slot} at epoch {record.Epoch}";
    }
}
