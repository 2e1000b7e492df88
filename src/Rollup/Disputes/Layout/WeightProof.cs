using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Checks pages of weights as WeightChallenges does: length, place and path follow from the configuration, not from what is shown. Pure.</summary>
public static class WeightProof
{
    private static readonly MerkleTag s_tag = new("TT/wght1");

    /// <summary>Whether a page opens below <paramref name="weightsRoot"/> at its place.</summary>
    /// <param name="model">The configuration that the model is listed with.</param>
    /// <param name="weightsRoot">The root that it is listed with.</param>
    /// <param name="tensorId">Protocol section 3.</param>
    /// <param name="row">Row of the tensor.</param>
    /// <param name="page">Page of the row.</param>
    /// <param name="opening">The page's bytes with their path, bottom up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such tensor.</exception>
    public static bool Verify(DisputeModel model, Bytes32 weightsRoot, uint tensorId, uint row, int page, ProvenPage opening)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(opening);
        ulong index = WeightLayout.LeafIndex(model, tensorId, row, page);
        if (opening.Content.Length != WeightLayout.PageBytes(model, tensorId, page))
            return false;
        Bytes32 leaf = WeightLayout.LeafHash(model, tensorId, row, page, opening.Content);
        return MerkleProof.Verify<Sha256Merkle>(s_tag, weightsRoot, WeightLayout.PageCount(model), index, leaf, opening.Path);
    }
}
