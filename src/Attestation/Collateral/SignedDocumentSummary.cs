namespace TeeTee.Attestation.Collateral;

/// <summary>What a signed JSON document (TCB info or QE identity) says about itself.</summary>
/// <param name="Id">"TDX" or "SGX" for TCB info; "TD_QE" or "QE" for an identity.</param>
/// <param name="IssueDate">When it was made.</param>
/// <param name="NextUpdate">The last moment at which it may be used.</param>
/// <param name="TcbEvaluationDataNumber">Counts Intel's re-evaluations; a lower one than before knows fewer weaknesses.</param>
public sealed record SignedDocumentSummary(
    string Id, DateTimeOffset IssueDate, DateTimeOffset NextUpdate, int TcbEvaluationDataNumber);
