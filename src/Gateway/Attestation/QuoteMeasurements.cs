using TeeTee.Attestation.Quotes;

namespace TeeTee.Gateway.Attestation;

/// <summary>
/// What a quote says of the machine, spelled out for people: hex without prefix. Read from the quote's bytes, so it is worth what the quote's
/// verification says and nothing more.
/// </summary>
public sealed record QuoteMeasurements(string MrTd, string Rtmr0, string Rtmr1, string Rtmr2, string Rtmr3, string MrConfigId, string MrSeam, string TdAttributes)
{
    /// <summary>The measurements in a TD report.</summary>
    public static QuoteMeasurements Of(TdReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new QuoteMeasurements(
            Text(report.MrTd), Text(report.Rtmr0), Text(report.Rtmr1), Text(report.Rtmr2), Text(report.Rtmr3), Text(report.MrConfigId), Text(report.MrSeam),
            $"{report.TdAttributes:x16}");
    }

    /// <summary>The measurements in a quote's bytes; null where they are none.</summary>
    public static QuoteMeasurements? Read(ReadOnlySpan<byte> quote) =>
        TdxQuote.TryParse(quote, out TdxQuote? parsed, out _) ? Of(parsed.Report) : null;

    private static string Text(ReadOnlyMemory<byte> register) => Convert.ToHexStringLower(register.Span);
}
