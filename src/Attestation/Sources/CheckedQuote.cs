using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Sources;

/// <summary>What every hardware source does before it hands a quote out: it must be one, and about what was asked.</summary>
internal static class CheckedQuote
{
    /// <exception cref="ArgumentException">The report data does not have 64 bytes.</exception>
    public static void RequireReportData(ReadOnlyMemory<byte> reportData)
    {
        if (reportData.Length != QuoteLayout.ReportDataSize)
            throw new ArgumentException($"Report data of {reportData.Length} bytes, not {QuoteLayout.ReportDataSize}.", nameof(reportData));
    }

    /// <summary>The quote without what some hosts pad it with; nothing binds those bytes.</summary>
    /// <exception cref="IOException">No TDX quote, or one over other report data.</exception>
    public static byte[] Of(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> reportData, string source)
    {
        if (!TdxQuote.TryParse(answer, out TdxQuote? quote, out QuoteError? error))
            throw new IOException($"{source} gave {answer.Length} bytes that are no TDX quote: {error.Cause}.");
        if (!quote.Report.ReportData.Span.SequenceEqual(reportData))
            throw new IOException(
                $"{source} gave a quote over report data {Convert.ToHexStringLower(quote.Report.ReportData.Span)}; {Convert.ToHexStringLower(reportData)} was asked for.");
        return answer[..quote.Length].ToArray();
    }
}
