namespace TeeTee.Attestation.Collateral;

/// <summary>
/// Puts the newest of each part together: the parts are signed one by one and stand for themselves. Collateral inside its dates can be shown
/// again after something stricter was published, so a part never goes back to a lower evaluation or an earlier date.
/// </summary>
internal static class CollateralMerge
{
    /// <param name="held">What is held, with what it says.</param>
    /// <param name="fetched">Authentic, for the same platform.</param>
    /// <param name="rolledBack">The parts that came with a lower evaluation number than is held; empty if none.</param>
    public static QuoteCollateral Newest(
        (QuoteCollateral Collateral, CollateralSummary Summary) held, (QuoteCollateral Collateral, CollateralSummary Summary) fetched, out string rolledBack)
    {
        List<string> older = [];
        QuoteCollateral merged = held.Collateral;
        if (IsNewer("TCB info", fetched.Summary.TcbInfo, held.Summary.TcbInfo, older))
        {
            merged = merged with
            {
                TcbInfo = fetched.Collateral.TcbInfo,
                TcbInfoSignature = fetched.Collateral.TcbInfoSignature,
                TcbInfoIssuerChain = fetched.Collateral.TcbInfoIssuerChain,
            };
        }
        if (IsNewer("QE identity", fetched.Summary.QeIdentity, held.Summary.QeIdentity, older))
        {
            merged = merged with
            {
                QeIdentity = fetched.Collateral.QeIdentity,
                QeIdentitySignature = fetched.Collateral.QeIdentitySignature,
                QeIdentityIssuerChain = fetched.Collateral.QeIdentityIssuerChain,
            };
        }
        if (fetched.Summary.PckCrl.ThisUpdate > held.Summary.PckCrl.ThisUpdate)
            merged = merged with { PckCrl = fetched.Collateral.PckCrl, PckCrlIssuerChain = fetched.Collateral.PckCrlIssuerChain };
        if (fetched.Summary.RootCrl.ThisUpdate > held.Summary.RootCrl.ThisUpdate)
            merged = merged with { RootCaCrl = fetched.Collateral.RootCaCrl };
        rolledBack = string.Join(", ", older);
        return merged;
    }

    private static bool IsNewer(string part, SignedDocumentSummary fetched, SignedDocumentSummary held, List<string> older)
    {
        if (fetched.TcbEvaluationDataNumber < held.TcbEvaluationDataNumber)
        {
            older.Add($"{part} of evaluation {fetched.TcbEvaluationDataNumber} after {held.TcbEvaluationDataNumber}");
            return false;
        }
        return fetched.TcbEvaluationDataNumber > held.TcbEvaluationDataNumber || fetched.IssueDate > held.IssueDate;
    }
}
