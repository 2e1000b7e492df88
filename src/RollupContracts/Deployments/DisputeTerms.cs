namespace TeeTee.RollupContracts;

/// <summary>What a deployment fixes about disputes about computations; amounts in wei, durations in seconds. Rules: contracts/src/libraries/TermRules.sol.</summary>
/// <param name="BaseBond">Bond while fewer than eight disputes are open against the operator; doubles with every eight more.</param>
/// <param name="Penalty">Least penalty of a conviction.</param>
/// <param name="Bounty">Of it, what the challenger gets.</param>
/// <param name="Compensation">Of it, what each dispute gets that the conviction made moot.</param>
/// <param name="MoveSeconds">How long each move may take.</param>
/// <param name="ExtensionSeconds">How much longer a reveal may take for each dispute that was open against the operator.</param>
/// <param name="PayoutDelay">How long a bounty can be taken over by an earlier dispute at the same position.</param>
public sealed record DisputeTerms(
    UInt128 BaseBond, UInt128 Penalty, UInt128 Bounty, UInt128 Compensation, ulong MoveSeconds, ulong ExtensionSeconds, ulong PayoutDelay)
{
    private const ulong DevelopmentPayoutDelay = 2;

    private static readonly UInt128 s_leastProductionBond = 10_000_000_000_000_000;

    /// <summary>
    /// Terms in proportion to the stakes and the horizon: half of the smaller stake is the penalty, a quarter of that the bounty, a fortieth a
    /// compensation and a twentieth the bond; a move takes a tenth of the horizon.
    /// </summary>
    public static DisputeTerms For(RollupParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        UInt128 penalty = UInt128.Max(1, UInt128.Min(parameters.MinSlotStake, parameters.MinPosterStake) / 2);
        UInt128 bond = UInt128.Max(parameters.DevParameters ? 1 : s_leastProductionBond, penalty / 20);
        ulong move = Math.Max(1, parameters.DisputeHorizon / 10);
        ulong payoutDelay = parameters.DevParameters ? Math.Min(move, DevelopmentPayoutDelay) : move;
        return new DisputeTerms(bond, penalty, penalty / 4, penalty / 40, move, Math.Max(1, move / 10), payoutDelay);
    }

    internal object[] ToTuple() => [BaseBond, Penalty, Bounty, Compensation, MoveSeconds, ExtensionSeconds, PayoutDelay];

    internal static DisputeTerms Of(object value)
    {
        object[] v = (object[])value;
        return new DisputeTerms((UInt128)v[0], (UInt128)v[1], (UInt128)v[2], (UInt128)v[3], (ulong)v[4], (ulong)v[5], (ulong)v[6]);
    }
}
