using TeeTee.Attestation.Verification;

namespace TeeTee.Gateway.Receipts;

/// <summary>One check of a receipt.</summary>
/// <param name="Name">Stable lower_snake_case name.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">What was compared, or why it was not.</param>
/// <param name="Quote">The quote that a check named "quote" is about; null where there is none yet.</param>
/// <param name="Verdict">The judgement of it; null where it did not come to that.</param>
public sealed record ReceiptCheck(string Name, CheckOutcome Outcome, string Detail, ReceiptQuotePart? Quote = null, QuoteVerdict? Verdict = null);
