using TeeTee.Primitives;

namespace TeeTee.Rollup.Faults;

/// <summary>Pages of published token ids (u32 LE, unsalted) with their paths under their tokens root.</summary>
internal static class TokenPages
{
    private const int PageBytes = TokenCommitment.PageTokens * sizeof(uint);

    /// <summary>The leaves of the tree over the ids.</summary>
    public static Bytes32[] Leaves(ReadOnlySpan<byte> ids)
    {
        Bytes32[] leaves = new Bytes32[(ids.Length + PageBytes - 1) / PageBytes];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = Sha256Merkle.Leaf(Page(ids, i));
        return leaves;
    }

    /// <summary>The bytes of a page; the last may be short.</summary>
    public static ReadOnlySpan<byte> Page(ReadOnlySpan<byte> ids, int page) =>
        ids.Slice(page * PageBytes, Math.Min(PageBytes, ids.Length - page * PageBytes));

    /// <summary>The contracts' <c>TokenOpening</c> of the page that holds a position.</summary>
    public static object[] Opening(ReadOnlySpan<byte> ids, uint position)
    {
        int page = (int)(position / TokenCommitment.PageTokens);
        object[] path = [.. new MerkleTree<Sha256Merkle>(Leaves(ids)).Prove(page).Select(h => (object)h)];
        return [Page(ids, page).ToArray(), path];
    }
}
