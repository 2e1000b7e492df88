namespace TeeTee.Attestation.Collateral;

/// <summary>How the collateral of one platform stands, for readiness, logs and people.</summary>
/// <param name="Platform">Which platform.</param>
/// <param name="Staleness">How it stands against its dates.</param>
/// <param name="Expires">The last moment at which what is held may be used; null where nothing is.</param>
/// <param name="TcbEvaluationDataNumber">Of the TCB info that is held; null where nothing is.</param>
/// <param name="LastFailure">Why the last try to renew it failed; null if it did not.</param>
public sealed record CollateralReport(
    PlatformId Platform, CollateralStaleness Staleness, DateTimeOffset? Expires, int? TcbEvaluationDataNumber, string? LastFailure)
{
    /// <summary>One sentence for a readiness obstacle or an alarm; null while fresh.</summary>
    public string? Complaint => Staleness switch
    {
        CollateralStaleness.Fresh => null,
        CollateralStaleness.Missing => $"no collateral for {Platform.Fmspc} ({Platform.Authority}){Because}",
        CollateralStaleness.RefreshOverdue => $"collateral for {Platform.Fmspc} runs out {Expires:u} and is not renewed{Because}",
        _ => $"collateral for {Platform.Fmspc} ran out {Expires:u}: its quotes are refused{Because}",
    };

    private string Because => LastFailure is null ? "" : $": {LastFailure}";
}
