using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// Verifies TDX quotes by Intel's rules: form, collateral, PCK chain to the pinned root, revocation, quoting enclave, quote signature, TDX
/// module, TCB level, then attributes, measurements and report data by the policy. The first failure is the verdict (docs/attestation.md has
/// the order). Pure: time, collateral, policy and root come in.
/// </summary>
public static class QuoteVerifier
{
    /// <summary>Judges a TDX quote at the input's time under the input's root, collateral and policy.</summary>
    /// <exception cref="ArgumentException">The expected report data or an allowed measurement has a wrong length.</exception>
    public static QuoteVerdict Verify(ReadOnlySpan<byte> quote, QuoteVerificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.RequireLengths();
        QuoteReader reader = new(quote, allowSgx: false);
        return reader.ReadQuote() is { } parsed
            ? Verify(parsed, input)
            : new QuoteVerdict { Error = new QuoteError(QuoteStage.Parse, reader.Cause), Simulated = input.Root.IsSimulated };
    }

    /// <summary>
    /// Judges an SGX quote by the same rules, with SGX collateral. Nothing in TeeTee relies on one; the policy's measurements, attributes and
    /// service-TD rules are about TDs and are not applied, but a debug enclave is refused.
    /// </summary>
    /// <exception cref="ArgumentException">The expected report data has a wrong length.</exception>
    public static SgxQuoteVerdict VerifySgx(ReadOnlySpan<byte> quote, QuoteVerificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.RequireLengths();
        QuoteReader reader = new(quote, allowSgx: true);
        if (reader.ReadQuote() is not { } parsed)
            return new SgxQuoteVerdict { Error = new QuoteError(QuoteStage.Parse, reader.Cause), Simulated = input.Root.IsSimulated };
        return parsed.IsTdx
            ? new SgxQuoteVerdict { Error = new QuoteError(QuoteStage.Parse, "a TDX quote, not an SGX quote"), Simulated = input.Root.IsSimulated }
            : VerifySgx(parsed, input);
    }

    private static QuoteVerdict Verify(ParsedQuote quote, QuoteVerificationInput input)
    {
        TdReport report = new(quote.BodyType, quote.Body);
        PlatformFinding platform = new PlatformCheck(quote, input).Run();
        return new QuoteVerdict
        {
            Error = platform.Error
                ?? TdAttributes.FindFault(report, input.Policy)
                ?? FindMeasurementFault(report, input.Policy)
                ?? FindReportDataFault(report.ReportData, input),
            Report = report,
            Simulated = input.Root.IsSimulated,
            Expires = platform.Expires,
            Fmspc = platform.Fmspc,
            Status = platform.Tcb?.Status,
            Advisories = platform.Tcb?.Advisories ?? [],
            TcbDate = platform.Tcb?.TcbDate,
            TcbEvaluationDataNumber = platform.TcbEvaluationDataNumber,
        };
    }

    private static SgxQuoteVerdict VerifySgx(ParsedQuote quote, QuoteVerificationInput input)
    {
        SgxReport report = new(quote.Body);
        PlatformFinding platform = new PlatformCheck(quote, input).Run();
        QuoteError? debug = report.IsDebug ? new QuoteError(QuoteStage.Attributes, "the enclave is a debug enclave") : null;
        return new SgxQuoteVerdict
        {
            Error = platform.Error ?? debug ?? FindReportDataFault(report.ReportData, input),
            Report = report,
            Simulated = input.Root.IsSimulated,
            Expires = platform.Expires,
            Fmspc = platform.Fmspc,
            Status = platform.Tcb?.Status,
            Advisories = platform.Tcb?.Advisories ?? [],
            TcbDate = platform.Tcb?.TcbDate,
            TcbEvaluationDataNumber = platform.TcbEvaluationDataNumber,
        };
    }

    private static QuoteError? FindMeasurementFault(TdReport report, QuotePolicy policy)
    {
        foreach ((TdMeasurement register, IReadOnlyList<ReadOnlyMemory<byte>> allowed) in policy.AllowedMeasurements)
        {
            ReadOnlyMemory<byte> actual = report.Measurement(register);
            if (!allowed.Any(value => value.Span.SequenceEqual(actual.Span)))
                return new QuoteError(QuoteStage.Measurements, $"{register} {Hex(actual)} is not allowed");
        }
        return null;
    }

    private static QuoteError? FindReportDataFault(ReadOnlyMemory<byte> actual, QuoteVerificationInput input) =>
        input.ExpectedReportData is not { } expected || expected.Span.SequenceEqual(actual.Span)
            ? null
            : new QuoteError(QuoteStage.ReportData, $"report data {Hex(actual)}, expected {Hex(expected)}");

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
