using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>The key or value rows of one kv head at the positions of one chunk of 32; see <c>KvChunk</c> in DisputeTypes.sol.</summary>
/// <param name="Rows">Positions 32c up to p at most, each row behind its salt where the job is sealed.</param>
/// <param name="KvPaths">For each position before p: the path of its row, all of equal length.</param>
/// <param name="Bounds">For each position before p: hInRoot, hOutRoot.</param>
/// <param name="LaterLeaves">leaf(j) of the chunk's positions from p on, as far as the trace has them.</param>
/// <param name="Path">From the node over the chunk's leaves to the trace's tree hash.</param>
/// <param name="Own">The row of p in the revealed list, where the chunk holds p; otherwise empty.</param>
public sealed record KvChunk(byte[] Rows, Bytes32[] KvPaths, Bytes32[] Bounds, Bytes32[] LaterLeaves, Bytes32[] Path, EntryOpening Own)
{
    internal const string Tuple = "(bytes,bytes32[],bytes32[],bytes32[],bytes32[]," + EntryOpening.Tuple + ")";

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() => [Rows, KvPaths, Bounds, LaterLeaves, Path, Own.ToTuple()];

    /// <summary>The inverse of <see cref="ToTuple"/>.</summary>
    public static KvChunk FromTuple(object value)
    {
        object[] v = (object[])value;
        return new KvChunk(
            (byte[])v[0], WitnessTuples.Hashes(v[1]), WitnessTuples.Hashes(v[2]), WitnessTuples.Hashes(v[3]), WitnessTuples.Hashes(v[4]),
            EntryOpening.FromTuple(v[5]));
    }
}
