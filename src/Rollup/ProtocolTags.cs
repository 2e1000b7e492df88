using TeeTee.Primitives;

namespace TeeTee.Rollup;

/// <summary>The tags of the roots that this assembly computes (protocol section 1).</summary>
internal static class ProtocolTags
{
    public static MerkleTag Receipts { get; } = new("TT/rcpt1");

    public static MerkleTag Quotes { get; } = new("TT/quot1");

    public static MerkleTag Data { get; } = new("TT/data1");

    public static MerkleTag Execution { get; } = new("TT/exec1");
}
