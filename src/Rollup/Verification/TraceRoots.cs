using TeeTee.Primitives;

namespace TeeTee.Rollup.Verification;

/// <summary>The SHA-256 roots that batch data must give (protocol section 2).</summary>
internal static class TraceRoots
{
    private const int PageBytes = 1024;

    private static readonly MerkleTag s_tokens = new("TT/toks1");
    private static readonly MerkleTag s_trace = new("TT/trac1");

    /// <summary>Root of token ids, u32 LE.</summary>
    public static Bytes32 Tokens(ReadOnlySpan<byte> ids) =>
        Sha256Merkle.Root(s_tokens, (ulong)(ids.Length / sizeof(uint)), Tree(ids, PageBytes).TreeHash);

    /// <summary>Root of a leaf list.</summary>
    public static Bytes32 Trace(ReadOnlySpan<byte> leaves) => Tree(leaves, Bytes32.Size).Root(s_trace);

    private static MerkleFrontier<Sha256Merkle> Tree(ReadOnlySpan<byte> data, int pageBytes)
    {
        MerkleFrontier<Sha256Merkle> tree = new();
        for (int i = 0; i < data.Length; i += pageBytes)
            tree.Append(Sha256Merkle.Leaf(data.Slice(i, Math.Min(pageBytes, data.Length - i))));
        return tree;
    }
}
