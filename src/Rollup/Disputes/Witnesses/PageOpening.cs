using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

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
