using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>The outcome of verifying one TDX quote.</summary>
public sealed record QuoteVerdict : PlatformVerdict<TdReport>;
