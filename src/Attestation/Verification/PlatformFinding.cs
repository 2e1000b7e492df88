using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>What verification found out about a quote's platform, up to the stage that refused.</summary>
internal sealed record PlatformFinding
{
    public QuoteError? Error { get; init; }

    /// <summary>The last second at which everything that was relied on holds.</summary>
    public DateTimeOffset Expires { get; init; }

    public string Fmspc { get; init; } = "";

    public TcbResult? Tcb { get; init; }

    public int TcbEvaluationDataNumber { get; init; }
}
