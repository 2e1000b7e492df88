namespace TeeTee.RollupContracts;

/// <summary>What a deployment fixes about a poster's faults and about demands that only silence decides; amounts in wei.</summary>
/// <param name="Penalty">Least that a proved fault takes from the poster's stake.</param>
/// <param name="Bounty">What of it who proves it gets; at most half.</param>
/// <param name="Data">Of data challenges.</param>
/// <param name="Answers">Of promised answers that were not posted.</param>
/// <param name="Weights">Of weight pages; the penalty is taken from the model's listing bond.</param>
public sealed record FaultTerms(UInt128 Penalty, UInt128 Bounty, ChallengeTerms Data, ChallengeTerms Answers, ChallengeTerms Weights)
{
    /// <summary>
    /// Terms in proportion to the stakes: half of a poster's is the penalty, a quarter of that the bounty, a tenth of it the bond. A model loses
    /// its whole listing bond.
    /// </summary>
    public static FaultTerms For(RollupParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ChallengeTerms poster = ChallengeTerms.For(parameters);
        UInt128 listing = UInt128.Max(1, parameters.ModelBond);
        ChallengeTerms weights = new(UInt128.Max(1, listing / 20), listing, listing / 8);
        return new FaultTerms(poster.Penalty, poster.Bounty, poster, poster, weights);
    }
}
