using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// The outcome of verifying one SGX quote. A type of its own, so that what asks for a TD cannot be given an enclave.
/// </summary>
public sealed record SgxQuoteVerdict
{
    /// <summary>Whether every check passed.</summary>
    [MemberNotNullWhen(true, nameof(Report))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Accepted => Error is null;

    /// <summary>The stage that refused and why; null on acceptance.</summary>
    public required QuoteError? Error { get; init; }

    /// <summary>The enclave's report; null where the quote could not be parsed.</summary>
    public SgxReport? Report { get; init; }

    /// <summary>Whether the pinned root is not Intel's.</summary>
    public bool Simulated { get; init; }

    /// <summary>The last second at which everything that was relied on holds; the minimum value where unknown.</summary>
    public DateTimeOffset Expires { get; init; }

    /// <summary>Platform family, 12 lower-case hex digits; empty where unknown.</summary>
    public string Fmspc { get; init; } = "";

    /// <summary>Converged TCB status; null where no level was reached.</summary>
    public TcbStatus? Status { get; init; }

    /// <summary>Advisories open at the levels that platform and quoting enclave reach, ascending.</summary>
    public IReadOnlyList<string> Advisories { get; init; } = [];

    /// <summary>The earlier of the two levels' dates; null where no level was reached.</summary>
    public DateTimeOffset? TcbDate { get; init; }

    /// <summary>The evaluation data number of the TCB info; 0 where unknown.</summary>
    public int TcbEvaluationDataNumber { get; init; }
}
