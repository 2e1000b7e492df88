namespace TeeTee.Rollup.Economics;

/// <summary>What must hold for honesty to pay. Each is explained in docs/economics.md.</summary>
public enum EconomicRule
{
    /// <summary>The stake covers one conviction: refund, bounty, compensation and as much again to burn (protocol 7, review H4).</summary>
    StakeCoversConviction,

    /// <summary>At least half of a penalty is burnt, so that a host which convicts itself loses (review H4 c).</summary>
    HalfIsBurnt,

    /// <summary>The bounty pays the challenger's gas and its re-execution (review M2, M3).</summary>
    BountyPaysChallenger,

    /// <summary>A lost bond pays the defender's gas (review M2).</summary>
    BondPaysDefender,

    /// <summary>The share of one job is at most an eighth of the stake, else the job cannot be posted (protocol 8, review H4).</summary>
    ShareWithinStake,

    /// <summary>One wrong job loses money on average: q > C / ((1 - r)(R + S)) (protocol 9).</summary>
    OneCheatLoses,

    /// <summary>As many wrong jobs as can be unfinalised at once lose money on average, although the stake can be taken only once.</summary>
    ManyCheatsLose,

    /// <summary>Even if every unfinalised job is wrong, half the stake refunds their users (protocol 9, review H4).</summary>
    StakeCoversExposure,
}
