namespace TeeTee.Primitives;

/// <summary>
/// Commits token ids (docs/protocol.md, section 2): little-endian u32 in pages of 256 ids, the number of ids hashed in.
/// SHA-256, tag <c>TT/toks1</c>. <c>tokensRoot</c> covers the prompt and every pick, <c>promptTokensRoot</c> the prompt.
/// </summary>
public static class TokenCommitment
{
    /// <summary>The ids of a page; the last page may be shorter.</summary>
    public const int PageTokens = 256;

    private const int PageSize = PageTokens * sizeof(uint);

    private static readonly MerkleTag s_tag = new("TT/toks1");

    /// <summary>The root of the ids; salted for a sealed job.</summary>
    public static Bytes32 Root(ReadOnlySpan<uint> tokens, LeafSalts? salts = null) => Sha256Merkle.Root(
        s_tag, (ulong)tokens.Length, PagedHash.TreeHash(PagedHash.LittleEndianBytes(tokens), PageSize, salts));

    /// <summary>The siblings that prove the page of ids from <c>page * 256</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such page.</exception>
    public static Bytes32[] ProvePage(ReadOnlySpan<uint> tokens, int page, LeafSalts? salts = null) =>
        new MerkleTree<Sha256Merkle>(PagedHash.Leaves(PagedHash.LittleEndianBytes(tokens), PageSize, salts)).Prove(page);

    /// <summary>
    /// Whether <paramref name="pageTokens"/> are the ids from <c>page * 256</c> of the <paramref name="count"/> ids with this root; of a sealed
    /// job with the page's salt.
    /// </summary>
    public static bool VerifyPage(
        Bytes32 root, ulong count, ulong page, ReadOnlySpan<uint> pageTokens, ReadOnlySpan<Bytes32> path, Bytes32? salt = null) =>
        PagedHash.TryTreeHash(count, sizeof(uint), PageSize, page, PagedHash.LittleEndianBytes(pageTokens), salt, path, out var mth)
        && Sha256Merkle.Root(s_tag, count, mth) == root;
}
