namespace TeeTee.Rollup.Economics;

/// <summary>What stands behind one slot when it is convicted, in wei.</summary>
/// <param name="Stake">Stake of the slot.</param>
/// <param name="Bond">Bond of a dispute while fewer than eight are open against the operator.</param>
/// <param name="Penalty">Least penalty of a conviction.</param>
/// <param name="Bounty">Of it, what the challenger gets.</param>
/// <param name="Compensation">Of it, what each dispute gets that the conviction made moot.</param>
public sealed record DisputeMoney(UInt128 Stake, UInt128 Bond, UInt128 Penalty, UInt128 Bounty, UInt128 Compensation)
{
    private const ulong DisputesPerDoubling = 8;

    /// <summary>What a conviction wants to take: at least the penalty, and twice what it pays out, so that half is burnt.</summary>
    public UInt128 Demand(UInt128 fee) => UInt128.Max(Penalty, 2 * (fee + Bounty + Compensation));

    /// <summary>What the conviction of a job of this fee takes from a whole stake: S of the formulas.</summary>
    public UInt128 Taken(UInt128 fee) => UInt128.Min(Stake, Demand(fee));

    /// <summary>What opening this many disputes at once costs whoever loses them all: base * 2^floor(n/8) for the n-th, n from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 512 disputes: the sum would not be exact.</exception>
    public UInt128 BondsOf(int disputes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(disputes, 512);
        UInt128 sum = 0;
        for (ulong n = 0; n < (ulong)disputes; n++)
            sum += Bond << (int)(n / DisputesPerDoubling);
        return sum;
    }
}
