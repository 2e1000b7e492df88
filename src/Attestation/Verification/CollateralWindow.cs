using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Verification;

/// <summary>When collateral counts: from the newest of its issue dates to the earliest of its ends, certificates included.</summary>
/// <param name="Begins">First second.</param>
/// <param name="Expires">Last second.</param>
public sealed record CollateralWindow(DateTimeOffset Begins, DateTimeOffset Expires)
{
    /// <summary>The window of collateral whose every part is well-formed and signed up to the root; null for other collateral.</summary>
    public static CollateralWindow? Of(QuoteCollateral collateral, TrustedRoot root)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        ArgumentNullException.ThrowIfNull(root);
        CheckedCollateral read = CheckedCollateral.Of(collateral, root);
        return read.IsWhole ? new CollateralWindow(read.Begins, read.Expires) : null;
    }
}
