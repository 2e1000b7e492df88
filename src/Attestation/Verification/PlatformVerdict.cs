using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// The outcome of verifying one quote. On refusal the report, the root's kind and the FMSPC are what was known up to
/// the stage that refused: for display, not for decisions.
/// </summary>
/// <typeparam name="TReport">What was quoted.</typeparam>
public abstract record PlatformVerdict<TReport>
    where TReport : class
{
    /// <summary>Whether every check passed.</summary>
    [MemberNotNullWhen(true, nameof(Report))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Accepted => Error is null;

    /// <summary>The stage that refused and why; null on acceptance.</summary>
    public required QuoteError? Error { get; init; }

    /// <summary>The report; null where the quote could not be parsed.</summary>
    public TReport? Report { get; init; }

    /// <summary>Whether the pinned root is not Intel's: the quote then proves no hardware.</summary>
    public bool Simulated { get; init; }

    /// <summary>The last second at which everything that was relied on holds (certificates, revocation lists, TCB info, QE identity); the minimum value where unknown.</summary>
    public DateTimeOffset Expires { get; init; }

    /// <summary>Platform family, 12 lower-case hex digits; empty where unknown.</summary>
    public string Fmspc { get; init; } = "";

    /// <summary>Converged TCB status; null where no level was reached.</summary>
    public TcbStatus? Status { get; init; }

    /// <summary>Intel's advisories (INTEL-SA-...) open at the levels that platform, module (of a TD) and quoting enclave reach, ascending.</summary>
    public IReadOnlyList<string> Advisories { get; init; } = [];

    /// <summary>The earliest of the levels' dates; null where no level was reached.</summary>
    public DateTimeOffset? TcbDate { get; init; }

    /// <summary>The evaluation data number of the TCB info; 0 where unknown.</summary>
    public int TcbEvaluationDataNumber { get; init; }
}
