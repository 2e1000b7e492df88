using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Verification;

/// <summary>All that a verdict depends on besides the quote: nothing is read from a clock, a disk or a network.</summary>
public sealed class QuoteVerificationInput
{
    /// <summary>The moment to verify at.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The pinned root.</summary>
    public required TrustedRoot Root { get; init; }

    /// <summary>Revocation lists, TCB info and QE identity for the quote's platform.</summary>
    public QuoteCollateral? Collateral { get; init; }

    /// <summary>What the application expects in the report data, 64 bytes, or null for no expectation.</summary>
    public ReadOnlyMemory<byte>? ExpectedReportData { get; init; }

    /// <summary>Rules for attributes and measurements.</summary>
    public QuotePolicy Policy { get; init; } = new();
}
