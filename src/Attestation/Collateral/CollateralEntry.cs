namespace TeeTee.Attestation.Collateral;

/// <summary>What a cache knows about one platform: an immutable state that is published whole.</summary>
internal sealed record CollateralEntry
{
    /// <summary>The newest collateral; null before the first success.</summary>
    public QuoteCollateral? Collateral { get; init; }

    /// <summary>What it says about itself.</summary>
    public CollateralSummary? Summary { get; init; }

    /// <summary>When it is next asked for.</summary>
    public required DateTimeOffset Due { get; init; }

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last try failed; null if it did not.</summary>
    public string? LastFailure { get; init; }

    public CollateralStaleness StalenessAt(DateTimeOffset now, TimeSpan alarmBefore)
    {
        if (Summary is null)
            return CollateralStaleness.Missing;
        TimeSpan left = Summary.EarliestExpiry - now;
        return left < TimeSpan.Zero ? CollateralStaleness.Expired
            : left < alarmBefore ? CollateralStaleness.RefreshOverdue
            : CollateralStaleness.Fresh;
    }
}
