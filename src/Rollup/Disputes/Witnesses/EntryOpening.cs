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
