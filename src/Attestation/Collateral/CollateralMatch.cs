using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Collateral;

/// <summary>Whether collateral is readable, authentic and about the platform that was asked for.</summary>
internal static class CollateralMatch
{
    /// <returns>Why not; empty if it is.</returns>
    public static string FindFault(QuoteCollateral collateral, PlatformId platform, TrustedRoot root)
    {
        if (!CollateralSummary.TryRead(collateral, out CollateralSummary? summary, out string cause))
            return cause;
        if (summary.Fmspc != platform.Fmspc)
            return $"the TCB info is of {summary.Fmspc}, {platform.Fmspc} was asked for";
        if (summary.TcbInfo.Id != "TDX" || summary.QeIdentity.Id != "TD_QE")
            return $"TCB info \"{summary.TcbInfo.Id}\" and identity \"{summary.QeIdentity.Id}\" are not TDX and TD_QE";
        return summary.Authority == platform.Authority
            ? CheckedCollateral.Of(collateral, root).FindBroken()?.ToString() ?? ""
            : $"the revocation list is \"{summary.PckCrl.Issuer}\"'s, {platform.Authority}'s was asked for";
    }
}
