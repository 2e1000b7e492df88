using System.Globalization;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Cli.Commands.Quotes;

/// <summary>A verdict on a quote of either TEE, as it is printed: every member is always there, null where nothing is known.</summary>
internal sealed record QuoteOutcome
{
    public required QuoteError? Error { get; init; }

    private string Tee { get; init; } = "tdx";

    private TcbStatus? Status { get; init; }

    private IReadOnlyList<string> Advisories { get; init; } = [];

    private DateTimeOffset? TcbDate { get; init; }

    private string Fmspc { get; init; } = "";

    private int EvaluationDataNumber { get; init; }

    private bool Simulated { get; init; }

    private DateTimeOffset Expires { get; init; }

    private ReadOnlyMemory<byte> ReportData { get; init; }

    private ReadOnlyMemory<byte> MrTd { get; init; }

    private ReadOnlyMemory<byte> MrEnclave { get; init; }

    public static QuoteOutcome Of(QuoteVerdict verdict) => OfPlatform(verdict) with
    {
        ReportData = verdict.Report?.ReportData ?? default,
        MrTd = verdict.Report?.MrTd ?? default,
    };

    public static QuoteOutcome Of(SgxQuoteVerdict verdict) => OfPlatform(verdict) with
    {
        Tee = "sgx",
        ReportData = verdict.Report?.ReportData ?? default,
        MrEnclave = verdict.Report?.MrEnclave ?? default,
    };

    private static QuoteOutcome OfPlatform<TReport>(PlatformVerdict<TReport> verdict)
        where TReport : class => new()
        {
            Error = verdict.Error,
            Status = verdict.Status,
            Advisories = verdict.Advisories,
            TcbDate = verdict.TcbDate,
            Fmspc = verdict.Fmspc,
            EvaluationDataNumber = verdict.TcbEvaluationDataNumber,
            Simulated = verdict.Simulated,
            Expires = verdict.Expires,
        };

    /// <summary>A dictionary, for which nulls are written.</summary>
    public IReadOnlyDictionary<string, object?> ToJson() => new Dictionary<string, object?>
    {
        ["verdict"] = Verdict,
        ["status"] = Status?.ToString(),
        ["stage"] = Error?.Stage.ToString(),
        ["error"] = Error?.Cause,
        ["advisories"] = Advisories,
        ["tcbDate"] = TcbDate is { } date ? Date(date) : null,
        ["fmspc"] = Fmspc.Length > 0 ? Fmspc : null,
        ["tcbEvaluationDataNumber"] = EvaluationDataNumber > 0 ? EvaluationDataNumber : null,
        ["tee"] = Tee,
        ["simulated"] = Simulated,
        ["reportData"] = Hex(ReportData),
        ["mrTd"] = Hex(MrTd),
        ["mrEnclave"] = Hex(MrEnclave),
        ["expires"] = Expires > DateTimeOffset.MinValue ? Date(Expires) : null,
    };

    /// <inheritdoc/>
    public override string ToString() => $"""
        {Verdict}{(Simulated ? " (SIMULATED: proves no hardware)" : "")}{(Error is null ? "" : $": {Error}")}
        status      {Status?.ToString() ?? "unknown"}{(Advisories.Count > 0 ? $", open: {string.Join(' ', Advisories)}" : "")}
        platform    {(Fmspc.Length > 0 ? Fmspc : "unknown")}, TCB of {(TcbDate is { } date ? Date(date) : "unknown")}
        expires     {(Expires > DateTimeOffset.MinValue ? Date(Expires) : "unknown")}
        mrTd        {Hex(MrTd) ?? "-"}
        reportData  {Hex(ReportData) ?? "-"}
        """;

    private string Verdict => Error is null ? "accept" : "reject";

    private static string? Hex(ReadOnlyMemory<byte> bytes) => bytes.IsEmpty ? null : Convert.ToHexStringLower(bytes.Span);

    private static string Date(DateTimeOffset date) => date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
