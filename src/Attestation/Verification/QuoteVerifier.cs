using System.Security.Cryptography;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// Verifies TDX quotes: form, PCK chain to the pinned root, quoting enclave, quote signature, then what only that
/// signature makes authentic: module, attributes, measurements and report data. The first failure is the verdict. Pure.
/// </summary>
public static class QuoteVerifier
{
    private const ulong DebugBit = 1;

    /// <summary>Judges a quote at the input's time under the input's root and policy.</summary>
    /// <exception cref="ArgumentException">The expected report data or an allowed measurement has a wrong length.</exception>
    public static QuoteVerdict Verify(ReadOnlySpan<byte> quote, QuoteVerificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        RequireLengths(input);
        return TdxQuote.TryParse(quote, out TdxQuote? parsed, out QuoteError? error)
            ? Verify(parsed, input)
            : new QuoteVerdict { Error = error, Simulated = input.Root.IsSimulated };
    }

    private static QuoteVerdict Verify(TdxQuote quote, QuoteVerificationInput input)
    {
        QuoteVerdict verdict = new() { Error = null, Report = quote.Report, Simulated = input.Root.IsSimulated };
        ReadOnlyMemory<byte> pem = quote.Signature.PckChainPem;
        if (!PckChain.TryVerify(pem, input.Root, input.Now, out PckChain? chain, out string cause))
            return verdict with { Error = new QuoteError(QuoteStage.PckChain, cause) };

        string fmspc = Convert.ToHexStringLower(chain.Extension.Fmspc.Span);
        QuoteError? error = FindRootFault(input)
            ?? FindQeReportFault(quote.Signature, chain)
            ?? FindSignatureFault(quote)
            ?? FindModuleFault(quote.Report)
            ?? FindAttributeFault(quote.Report, input.Policy)
            ?? FindMeasurementFault(quote.Report, input.Policy)
            ?? FindReportDataFault(quote.Report, input);
        return verdict with { Error = error, Expires = chain.Expires, Fmspc = fmspc };
    }

    private static QuoteError? FindRootFault(QuoteVerificationInput input) =>
        input.Root.IsSimulated && !input.Policy.AllowSimulated
            ? new QuoteError(QuoteStage.PckChain, $"{input.Root}: the policy does not allow simulated quotes")
            : null;

    private static QuoteError? FindModuleFault(TdReport report) =>
        report.SeamAttributes.Span.ContainsAnyExcept((byte)0)
            ? new QuoteError(QuoteStage.TdxModule, $"SEAM attributes {Hex(report.SeamAttributes)} are not zero")
            : null;

    private static QuoteError? FindQeReportFault(QuoteSignatureData signature, PckChain chain)
    {
        SgxReport report = signature.QeReport;
        if (!P256.VerifyFixed(chain.Leaf.PublicKey.Span, report.Body.Span, signature.QeReportSignature.Span))
            return new QuoteError(QuoteStage.QeReport, "bad signature of the PCK key on the QE report");
        if (!BindsAttestationKey(signature))
            return new QuoteError(QuoteStage.QeReport, "the QE report does not bind the attestation key");
        return report.IsDebug ? new QuoteError(QuoteStage.QeReport, "the quoting enclave is a debug enclave") : null;
    }

    /// <summary>QE report data: sha256(attestation key || authentication data) || 32 zero bytes.</summary>
    private static bool BindsAttestationKey(QuoteSignatureData signature)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(signature.AttestationKey.Span);
        hash.AppendData(signature.QeAuthenticationData.Span);
        Span<byte> expected = stackalloc byte[QuoteLayout.ReportDataSize];
        expected.Clear();
        hash.GetHashAndReset(expected);
        return signature.QeReport.ReportData.Span.SequenceEqual(expected);
    }

    private static QuoteError? FindSignatureFault(TdxQuote quote)
    {
        ReadOnlySpan<byte> key = quote.Signature.AttestationKey.Span;
        return P256.VerifyFixed(key, quote.SignedBytes.Span, quote.Signature.QuoteSignature.Span)
            ? null
            : new QuoteError(QuoteStage.QuoteSignature, "bad signature of the attestation key on header and body");
    }

    private static QuoteError? FindAttributeFault(TdReport report, QuotePolicy policy)
    {
        ulong attributes = report.TdAttributes;
        if ((attributes & DebugBit) != 0)
            return new QuoteError(QuoteStage.Attributes, $"TD attributes 0x{attributes:x16}: DEBUG is set");
        if (!policy.AllowedTdAttributes.Contains(attributes))
            return new QuoteError(QuoteStage.Attributes, $"TD attributes 0x{attributes:x16} are not allowed");
        return !policy.AllowServiceTd && report.MrServiceTd.Span.ContainsAnyExcept((byte)0)
            ? new QuoteError(QuoteStage.Attributes, $"MR_SERVICE_TD {Hex(report.MrServiceTd)} is not zero")
            : null;
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

    private static QuoteError? FindReportDataFault(TdReport report, QuoteVerificationInput input) =>
        input.ExpectedReportData is not { } expected || expected.Span.SequenceEqual(report.ReportData.Span)
            ? null
            : new QuoteError(
                QuoteStage.ReportData, $"report data {Hex(report.ReportData)}, expected {Hex(expected)}");

    private static void RequireLengths(QuoteVerificationInput input)
    {
        if (input.ExpectedReportData is { Length: not QuoteLayout.ReportDataSize } expected)
            throw new ArgumentException($"Expected report data of {expected.Length} bytes, not 64.", nameof(input));
        foreach ((TdMeasurement register, IReadOnlyList<ReadOnlyMemory<byte>> values) in input.Policy.AllowedMeasurements)
        {
            if (values.Any(value => value.Length != QuoteLayout.MeasurementSize))
                throw new ArgumentException($"An allowed {register} does not have 48 bytes.", nameof(input));
        }
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
