namespace TeeTee.Primitives;

/// <summary>
/// Commits vectors (docs/protocol.md, section 2): the little-endian bytes of the elements in pages of 1,024 bytes, the
/// number of elements hashed in. SHA-256, tag <c>TT/vect1</c>.
/// </summary>
public static class VectorCommitment
{
    /// <summary>The bytes of a page; the last page may be shorter.</summary>
    public const int PageSize = 1024;

    private static readonly MerkleTag s_tag = new("TT/vect1");

    /// <summary>The root of a vector of fp32 elements; salted for a sealed job.</summary>
    public static Bytes32 Root(ReadOnlySpan<float> elements, LeafSalts? salts = null) =>
        Root(PagedHash.LittleEndianBytes(elements), (ulong)elements.Length, salts);

    /// <summary>The root of <paramref name="count"/> elements whose little-endian bytes are <paramref name="data"/>.</summary>
    /// <exception cref="ArgumentException">The bytes are not a whole number per element.</exception>
    public static Bytes32 Root(ReadOnlySpan<byte> data, ulong count, LeafSalts? salts = null)
    {
        CheckWhole(data.Length, count);
        return Sha256Merkle.Root(s_tag, count, PagedHash.TreeHash(data, PageSize, salts));
    }

    /// <summary>The siblings that prove page <paramref name="page"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such page.</exception>
    public static Bytes32[] ProvePage(ReadOnlySpan<byte> data, int page, LeafSalts? salts = null) =>
        new MerkleTree<Sha256Merkle>(PagedHash.Leaves(data, PageSize, salts)).Prove(page);

    /// <summary>
    /// Whether <paramref name="pageData"/> is page <paramref name="page"/> of the vector of <paramref name="count"/> elements
    /// of <paramref name="elementSize"/> bytes with this root; of a sealed job with the page's salt. The page must have exactly the length that
    /// its place gives.
    /// </summary>
    public static bool VerifyPage(
        Bytes32 root, ulong count, int elementSize, ulong page, ReadOnlySpan<byte> pageData, ReadOnlySpan<Bytes32> path,
        Bytes32? salt = null) =>
        PagedHash.TryTreeHash(count, elementSize, PageSize, page, pageData, salt, path, out var mth)
        && Sha256Merkle.Root(s_tag, count, mth) == root;

    private static void CheckWhole(int bytes, ulong count)
    {
        if (count == 0 ? bytes != 0 : (ulong)bytes < count || (ulong)bytes % count != 0)
            throw new ArgumentException($"{bytes} bytes are not {count} elements of one size.", nameof(count));
    }
}
