using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

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
