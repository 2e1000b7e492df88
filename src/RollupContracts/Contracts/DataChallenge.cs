using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Faults;

namespace TeeTee.RollupContracts;

/// <summary>A demand for one chunk of a batch. Times are Unix seconds of the chain.</summary>
/// <param name="Id">Counted from 1.</param>
/// <param name="BatchHash">The batch.</param>
/// <param name="BatchIndex">Its index.</param>
/// <param name="Place">Which chunk.</param>
/// <param name="Poster">Who loses by silence.</param>
/// <param name="Challenger">Who paid the bond.</param>
/// <param name="Deadline">First second at which no answer counts any more.</param>
/// <param name="Bond">Wei.</param>
/// <param name="State">Where it stands.</param>
public sealed record DataChallenge(
    ulong Id, Bytes32 BatchHash, ulong BatchIndex, ChunkPlace Place, Address Poster, Address Challenger, ulong Deadline, UInt128 Bond, ChallengeState State)
{
    internal static DataChallenge Of(ulong id, object value)
    {
        object[] v = (object[])value;
        ChunkPlace place = new((uint)(ulong)v[3], (DataKind)(ulong)v[5], (ushort)(ulong)v[6], (uint)(ulong)v[7]);
        return new DataChallenge(
            id, (Bytes32)v[0], (ulong)v[2], place, (Address)v[1], (Address)v[4], (ulong)v[8], (UInt128)v[10], (ChallengeState)(ulong)v[9]);
    }
}
