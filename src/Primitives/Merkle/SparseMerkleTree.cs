namespace TeeTee.Primitives;

/// <summary>
/// A sparse Merkle tree over all 2^160 addresses. An empty subtree hashes to zero; an inner node to
/// keccak256(0x01 || left || right), or zero if both sides are zero; a leaf is its non-zero 32-byte value. The path
/// follows the bits of the address from the most significant one. Persistent: an update shares structure with the tree
/// it came from, so that keeping old states is cheap; safe to share.
/// </summary>
public sealed class SparseMerkleTree
{
    /// <summary>The number of levels below the root.</summary>
    public const int Depth = 160;

    private readonly SparseNode? _root;

    private SparseMerkleTree(SparseNode? root, int count) => (_root, Count) = (root, count);

    /// <summary>The tree without leaves.</summary>
    public static SparseMerkleTree Empty { get; } = new(null, 0);

    /// <summary>The number of non-zero leaves.</summary>
    public int Count { get; }

    /// <summary>The root hash; zero for the empty tree.</summary>
    public Bytes32 Root => _root?.Hash ?? default;

    /// <summary>The leaf of <paramref name="key"/>, or zero.</summary>
    public Bytes32 Get(Address key)
    {
        var node = _root;
        for (var depth = 0; node is SparseBranch branch; depth++)
            node = key.Bit(depth) ? branch.Right : branch.Left;
        return node is SparseLeaf leaf && leaf.Key == key ? leaf.Value : default;
    }

    /// <summary>The tree with the leaf of <paramref name="key"/> replaced; zero removes it.</summary>
    public SparseMerkleTree Set(Address key, Bytes32 value)
    {
        var before = Get(key);
        if (before == value)
            return this;
        var root = value.IsZero ? Remove(_root!, key, 0) : Insert(_root, key, value, 0);
        return new SparseMerkleTree(root, Count + (before.IsZero ? 1 : 0) - (value.IsZero ? 1 : 0));
    }

    /// <summary>The siblings on the path of <paramref name="key"/>, whether or not it has a leaf.</summary>
    public SparseMerkleProof Prove(Address key)
    {
        List<(int Level, Bytes32 Sibling)> found = [];
        var node = _root;
        var depth = 0;
        for (; node is SparseBranch branch; depth++)
        {
            var right = key.Bit(depth);
            if ((right ? branch.Left : branch.Right) is { } sibling)
                found.Add((Depth - 1 - depth, sibling.Hash));
            node = right ? branch.Right : branch.Left;
        }
        if (node is SparseLeaf leaf && leaf.Key != key)
        {
            var fork = CommonPrefix(leaf.Key, key, depth);
            found.Add((Depth - 1 - fork, LoneLeafHash(leaf.Key, leaf.Value, fork + 1)));
        }
        found.Reverse();
        return SparseMerkleProof.FromLevels(found);
    }

    internal static Bytes32 Node(in Bytes32 left, in Bytes32 right) =>
        left.IsZero && right.IsZero ? default : KeccakMerkle.Node(left, right);

    /// <summary>The hash of a subtree at <paramref name="depth"/> that holds nothing but this leaf.</summary>
    internal static Bytes32 LoneLeafHash(Address key, Bytes32 value, int depth)
    {
        var hash = value;
        for (var level = Depth - 1; level >= depth; level--)
            hash = key.Bit(level) ? Node(default, hash) : Node(hash, default);
        return hash;
    }

    private static SparseNode Insert(SparseNode? node, Address key, Bytes32 value, int depth) => node switch
    {
        null => new SparseLeaf(key, value, depth),
        SparseLeaf leaf when leaf.Key == key => new SparseLeaf(key, value, depth),
        SparseLeaf leaf => Fork(leaf, new SparseLeaf(key, value, CommonPrefix(leaf.Key, key, depth) + 1), depth),
        SparseBranch branch when key.Bit(depth) => new SparseBranch(branch.Left, Insert(branch.Right, key, value, depth + 1)),
        SparseBranch branch => new SparseBranch(Insert(branch.Left, key, value, depth + 1), branch.Right),
        _ => throw new InvalidOperationException("Unknown node."),
    };

    private static SparseBranch Fork(SparseLeaf old, SparseLeaf added, int depth)
    {
        var fork = CommonPrefix(old.Key, added.Key, depth);
        SparseLeaf moved = new(old.Key, old.Value, fork + 1);
        var branch = added.Key.Bit(fork) ? new SparseBranch(moved, added) : new SparseBranch(added, moved);
        for (var level = fork - 1; level >= depth; level--)
            branch = added.Key.Bit(level) ? new SparseBranch(null, branch) : new SparseBranch(branch, null);
        return branch;
    }

    private static SparseNode? Remove(SparseNode node, Address key, int depth)
    {
        if (node is not SparseBranch branch)
            return null;
        var right = key.Bit(depth);
        var below = Remove((right ? branch.Right : branch.Left)!, key, depth + 1);
        var other = right ? branch.Left : branch.Right;
        // A side left alone with a single leaf is that leaf one level higher.
        if (below is null && other is SparseLeaf lone)
            return new SparseLeaf(lone.Key, lone.Value, depth);
        if (other is null && below is SparseLeaf only)
            return new SparseLeaf(only.Key, only.Value, depth);
        return right ? new SparseBranch(other, below) : new SparseBranch(below, other);
    }

    private static int CommonPrefix(Address first, Address second, int from)
    {
        while (first.Bit(from) == second.Bit(from))
            from++;
        return from;
    }
}
