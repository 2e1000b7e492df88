namespace TeeTee.Primitives;

/// <summary>
/// A non-empty subtree at some depth (0 is the root, 160 a leaf). A subtree with a single leaf is one object whatever its
/// height, so a tree of n random keys keeps about 2n objects instead of 160n.
/// </summary>
internal abstract class SparseNode
{
    public abstract Bytes32 Hash { get; }
}

/// <summary>The only leaf of a subtree at the depth for which the hash was computed.</summary>
internal sealed class SparseLeaf(Address key, Bytes32 value, int depth) : SparseNode
{
    public Address Key => key;

    public Bytes32 Value => value;

    public override Bytes32 Hash { get; } = SparseMerkleTree.LoneLeafHash(key, value, depth);
}

/// <summary>A subtree with at least two leaves; at most one side is empty (null).</summary>
internal sealed class SparseBranch(SparseNode? left, SparseNode? right) : SparseNode
{
    public SparseNode? Left => left;

    public SparseNode? Right => right;

    public override Bytes32 Hash { get; } = SparseMerkleTree.Node(left?.Hash ?? default, right?.Hash ?? default);
}
