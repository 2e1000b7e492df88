using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>A head's output row: the last leaf of its chunk tree, without salt.</summary>
public sealed record HeadRowOpening(EntryOpening Entry, byte[] Salt, Bytes32 ChunkRoot, ProvenPage Row)
{
    internal const string Tuple = "(" + EntryOpening.Tuple + ",bytes,bytes32," + WitnessTuples.Page + ")";

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() => [Entry.ToTuple(), Salt, ChunkRoot, WitnessTuples.Of(Row)];

    /// <summary>The inverse of <see cref="ToTuple"/>.</summary>
    public static HeadRowOpening FromTuple(object value)
    {
        object[] v = (object[])value;
        return new HeadRowOpening(EntryOpening.FromTuple(v[0]), (byte[])v[1], (Bytes32)v[2], WitnessTuples.ProvenPage(v[3]));
    }
}
