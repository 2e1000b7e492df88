namespace TeeTee.Primitives;

/// <summary>What a leaf of a tree hashes, salted where its job is sealed, and the path from it to the tree's hash. Equal by reference.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="Path">Siblings from the leaf upwards, levels without a sibling left out.</param>
public sealed record ProvenPage(byte[] Content, Bytes32[] Path)
{
    /// <summary>Nothing: what a witness holds in the place of an opening that its unit does not need.</summary>
    public static ProvenPage Empty { get; } = new([], []);
}
