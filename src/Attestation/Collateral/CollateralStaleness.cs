namespace TeeTee.Attestation.Collateral;

/// <summary>How collateral stands against its dates.</summary>
public enum CollateralStaleness
{
    /// <summary>Nothing is held.</summary>
    Missing,

    /// <summary>In date with time to spare.</summary>
    Fresh,

    /// <summary>In date, but it should have been renewed by now: an alarm for the operator. Verifiers still accept it.</summary>
    RefreshOverdue,

    /// <summary>Out of date: verifiers refuse every quote until it is renewed.</summary>
    Expired,
}
