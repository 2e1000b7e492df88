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

    /// <summary>Pages of a vector of so many bytes.</summary>
    public static int PagesOf(int bytes) => (bytes + PageSize - 1) / PageSize;

    /// <summary>The leaf hashes of a vector's pages, for <see cref="Roots"/>.</summary>
    /// <exception cref="ArgumentException">There is room for fewer than <see cref="PagesOf"/>.</exception>
    public static void PageLeaves(ReadOnlySpan<float> elements, LeafSalts? salts, Span<Bytes32> leaves) =>
        PagedHash.WriteLeaves(PagedHash.LittleEndianBytes(elements), PageSize, salts, leaves);

    /// <summary>The roots of vectors of <paramref name="count"/> elements, at least one.</summary>
    /// <param name="leaves">The page leaves of all vectors, one vector after another; overwritten.</param>
    /// <param name="pages">Pages of a vector.</param>
    /// <param name="count">Elements of a vector.</param>
    /// <param name="roots">One per vector.</param>
    /// <exception cref="ArgumentException">There are too few leaves.</exception>
    public static void Roots(Span<Bytes32> leaves, int pages, ulong count, Span<Bytes32> roots)
    {
        Sha256Merkle.Fold(leaves, roots.Length, pages, pages);
        Sha256Merkle.Roots(s_tag, count, leaves, pages, roots);
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
