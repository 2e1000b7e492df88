using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>The outcome of verifying one SGX quote. A type of its own, so that what asks for a TD cannot be given an enclave.</summary>
public sealed record SgxQuoteVerdict : PlatformVerdict<SgxReport>;
