using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>A batch as the contract keeps it. Times are Unix seconds; <paramref name="FinalizedAt"/> is 0 until final.</summary>
public sealed record PostedBatch(
    ulong Index, Bytes32 BatchHash, Bytes32 StateRoot, Address Poster, ulong PostedAt, uint Count, ulong ParentIndex, ulong FinalizedAt)
{
    internal static PostedBatch Of(ulong index, object value)
    {
        object[] v = (object[])value;
        return new PostedBatch(
            index, (Bytes32)v[0], (Bytes32)v[1], (Address)v[2], (ulong)v[3], (uint)(ulong)v[4], (ulong)v[5], (ulong)v[6]);
    }
}
