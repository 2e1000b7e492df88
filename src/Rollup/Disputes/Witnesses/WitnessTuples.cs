using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

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
