namespace TeeTee.Attestation.Verification;

/// <summary>What a platform's TCB is worth.</summary>
/// <param name="Status">Converged status.</param>
/// <param name="Advisories">Open advisories of all levels, ascending.</param>
/// <param name="TcbDate">The earliest of the levels' dates.</param>
internal sealed record TcbResult(TcbStatus Status, IReadOnlyList<string> Advisories, DateTimeOffset TcbDate);
