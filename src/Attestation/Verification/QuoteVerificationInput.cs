using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>All that a verdict depends on besides the quote: nothing is read from a clock, a disk or a network.</summary>
public sealed class QuoteVerificationInput
{
    /// <summary>The moment to verify at.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The pinned root.</summary>
    public required TrustedRoot Root { get; init; }

    /// <summary>Revocation lists, TCB info and QE identity for the quote's platform.</summary>
    public required QuoteCollateral Collateral { get; init; }

    /// <summary>What the application expects in the report data, 64 bytes, or null for no expectation.</summary>
    public ReadOnlyMemory<byte>? ExpectedReportData { get; init; }

    /// <summary>Rules for attributes and measurements.</summary>
    public QuotePolicy Policy { get; init; } = new();

    /// <exception cref="ArgumentException">The expected report data or an allowed measurement has a wrong length.</exception>
    internal void RequireLengths()
    {
        if (ExpectedReportData is { Length: not QuoteLayout.ReportDataSize } expected)
            throw new ArgumentException($"Expected report data of {expected.Length} bytes, not 64.");
        foreach ((TdMeasurement register, IReadOnlyList<ReadOnlyMemory<byte>> values) in Policy.AllowedMeasurements)
        {
            if (values.Any(value => value.Length != QuoteLayout.MeasurementSize))
                throw new ArgumentException($"An allowed {register} does not have 48 bytes.");
        }
    }
}
