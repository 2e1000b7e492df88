using System.Numerics;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>All disputes about one shard of one leaf. Amounts are wei, times Unix seconds of the chain.</summary>
/// <param name="Operator">Who is accused.</param>
/// <param name="User">Who paid for the job.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Fee">Of the whole job.</param>
/// <param name="Share">The operator's part.</param>
/// <param name="OpenCount">Disputes that are neither settled nor moot.</param>
/// <param name="ConvictedBy">The dispute that convicted; 0 before.</param>
/// <param name="Winner">Whose challenger gets the bounty.</param>
/// <param name="Bounty">What it gets; 0 once paid.</param>
/// <param name="BountyPayableAt">From when on.</param>
/// <param name="Released">Whether the stake was let go after a conviction.</param>
public sealed record GameCase(
    Address Operator, Address User, uint Slot, UInt128 Fee, UInt128 Share, uint OpenCount, ulong ConvictedBy, ulong Winner, UInt128 Bounty,
    ulong BountyPayableAt, bool Released)
{
    internal static GameCase Of(object value)
    {
        object[] v = (object[])value;
        return new GameCase(
            (Address)v[5], (Address)v[6], (uint)(ulong)v[4], (UInt128)v[7], (UInt128)v[8], (uint)(ulong)v[10], (ulong)(BigInteger)v[13],
            (ulong)(BigInteger)v[14], (UInt128)v[15], (ulong)v[16], (bool)v[18]);
    }
}
