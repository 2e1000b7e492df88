using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>What one roll-back left for hosts. Times are Unix seconds of the chain, amounts wei.</summary>
/// <param name="Id">Counted from 1.</param>
/// <param name="From">First batch that fell.</param>
/// <param name="To">Last one that may have.</param>
/// <param name="ClaimUntil">First second at which no claim is registered any more.</param>
/// <param name="PayableFrom">First second at which claims are paid.</param>
/// <param name="Pot">What there was.</param>
/// <param name="Lost">What the standing claims have lost together.</param>
/// <param name="Paid">What was paid so far.</param>
public sealed record CompensationCase(ulong Id, ulong From, ulong To, ulong ClaimUntil, ulong PayableFrom, UInt128 Pot, UInt128 Lost, UInt128 Paid)
{
    internal static CompensationCase? Of(ulong id, object value)
    {
        object[] v = (object[])value;
        return (ulong)v[2] == 0
            ? null
            : new CompensationCase(id, (ulong)v[0], (ulong)v[1], (ulong)v[3], (ulong)v[4], (UInt128)v[7], (UInt128)v[8], (UInt128)v[9]);
    }
}
