namespace TeeTee.RollupContracts;

/// <summary>Where a quote challenge stands, numbered as in the contract. All but <see cref="Open"/> are for good.</summary>
public enum ChallengeState
{
    None = 0,
    Open = 1,

    /// <summary>The quote was shown and is good.</summary>
    Answered = 2,

    /// <summary>The poster was slashed.</summary>
    Convicted = 3,

    /// <summary>The dispute module was replaced before the deadline.</summary>
    Void = 4,
}
