using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>An entry of a revealed list with its path in its group's tree. Equal by reference of its parts.</summary>
public sealed record EntryOpening(Bytes32 Entry, Bytes32[] Path)
{
    internal const string Tuple = "(bytes32,bytes32[])";

    /// <summary>What stands where no entry is opened.</summary>
    public static EntryOpening Empty { get; } = new(Bytes32.Zero, []);

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() => [Entry, Path];

    /// <summary>The inverse of <see cref="ToTuple"/>.</summary>
    public static EntryOpening FromTuple(object value)
    {
        object[] v = (object[])value;
        return new EntryOpening((Bytes32)v[0], WitnessTuples.Hashes(v[1]));
    }
}

/// <summary>An aligned run of pages (a power of two of them, or what is left) of a segment, with the path from the run's node to the segment's entry.</summary>
public sealed record PageOpening(EntryOpening Segment, byte[] Pages, Bytes32[] Path)
{
    internal const string Tuple = "(" + EntryOpening.Tuple + ",bytes,bytes32[])";

    /// <summary>What stands where no page is opened.</summary>
    public static PageOpening Empty { get; } = new(EntryOpening.Empty, [], []);

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() => [Segment.ToTuple(), Pages, Path];

    /// <summary>The inverse of <see cref="ToTuple"/>.</summary>
    public static PageOpening FromTuple(object value)
    {
        object[] v = (object[])value;
        return new PageOpening(EntryOpening.FromTuple(v[0]), (byte[])v[1], WitnessTuples.Hashes(v[2]));
    }
}

/// <summary>A whole entry whose commitment is one flat hash.</summary>
public sealed record FlatOpening(EntryOpening Entry, byte[] Content)
{
    internal const string Tuple = "(" + EntryOpening.Tuple + ",bytes)";

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() => [Entry.ToTuple(), Content];

    /// <summary>The inverse of <see cref="ToTuple"/>.</summary>
    public static FlatOpening FromTuple(object value)
    {
        object[] v = (object[])value;
        return new FlatOpening(EntryOpening.FromTuple(v[0]), (byte[])v[1]);
    }
}

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

/// <summary>What stands behind leaf(p) of a trace, with its path in the trace tree.</summary>
public sealed record TraceOpening(Bytes32 HInRoot, Bytes32 HOutRoot, Bytes32 KvRoot, Bytes32[] Path)
{
    internal const string Tuple = "(bytes32,bytes32,bytes32,bytes32[])";

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() => [HInRoot, HOutRoot, KvRoot, Path];
}

/// <summary>Conversions between records and the ABI codec's values.</summary>
internal static class WitnessTuples
{
    public const string Page = "(bytes,bytes32[])";

    public static Bytes32[] Hashes(object value) => [.. ((object[])value).Cast<Bytes32>()];

    public static object[] Of(ProvenPage page) => [page.Content, page.Path];

    public static ProvenPage ProvenPage(object value)
    {
        object[] v = (object[])value;
        return new ProvenPage((byte[])v[0], Hashes(v[1]));
    }

    public static object[] All<T>(IEnumerable<T> items, Func<T, object[]> tuple) => [.. items.Select(tuple)];
}
