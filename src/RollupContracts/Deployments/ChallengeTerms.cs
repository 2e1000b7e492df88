namespace TeeTee.RollupContracts;

/// <summary>What quote challenges cost and pay, in wei.</summary>
/// <param name="Bond">Of the challenger: must pay the gas of an answer.</param>
/// <param name="Penalty">What a conviction takes from the poster's stake.</param>
/// <param name="Bounty">What of it the challenger gets; at most half.</param>
public sealed record ChallengeTerms(UInt128 Bond, UInt128 Penalty, UInt128 Bounty)
{
    /// <summary>Terms in proportion to a poster's stake: half of it is the penalty, a quarter of that the bounty, and a tenth the bond.</summary>
    public static ChallengeTerms For(RollupParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        UInt128 penalty = UInt128.Max(1, parameters.MinPosterStake / 2);
        return new ChallengeTerms(UInt128.Max(1, penalty / 10), penalty, penalty / 4);
    }
}
