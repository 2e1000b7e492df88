using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>
/// The entries of a list, one's own or a revealed one, with the trees over its groups: Keccak, RFC 6962, neither tag nor size (sizes follow
/// from the context). Immutable.
/// </summary>
public sealed class OperatorEntries
{
    private readonly Bytes32[][] _groups;
    private readonly MerkleTree<KeccakMerkle>[] _trees;

    /// <param name="groups">The entries of each group, none empty.</param>
    public OperatorEntries(IReadOnlyList<IReadOnlyList<Bytes32>> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        _groups = [.. groups.Select(group => group.ToArray())];
        _trees = [.. _groups.Select(Tree)];
        GroupRoots = [.. _trees.Select(tree => tree.TreeHash)];
    }

    /// <summary>The entries.</summary>
    public IReadOnlyList<IReadOnlyList<Bytes32>> Groups => _groups;

    /// <summary>One tree hash per group.</summary>
    public IReadOnlyList<Bytes32> GroupRoots { get; }

    /// <summary>keccak256(abi.encodePacked(groupRoots)).</summary>
    public Bytes32 Root => Keccak256.Hash(GroupRoots.SelectMany(root => root.ToArray()).ToArray());

    public Bytes32 this[EntryPlace place] => _groups[place.Group][place.Index];

    /// <summary>An entry with its path in its group's tree.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such entry.</exception>
    public EntryOpening Prove(int group, int index) => new(_groups[group][index], _trees[group].Prove(index));

    /// <summary>As <see cref="Prove(int, int)"/>.</summary>
    public EntryOpening Prove(EntryPlace place) => Prove(place.Group, place.Index);

    /// <summary>The first entry in which <paramref name="other"/> leaves this list; null where they are equal.</summary>
    /// <exception cref="ArgumentException">The lists have different shapes: then they are not about the same computation.</exception>
    public EntryPlace? FirstDifference(OperatorEntries other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!_groups.Select(g => g.Length).SequenceEqual(other._groups.Select(g => g.Length)))
            throw new ArgumentException($"A list of {other._groups.Length} groups of other sizes than this one of {_groups.Length}.", nameof(other));
        for (int group = 0; group < _groups.Length; group++)
        {
            for (int index = 0; index < _groups[group].Length; index++)
            {
                if (_groups[group][index] != other._groups[group][index])
                    return new EntryPlace(group, index);
            }
        }
        return null;
    }

    /// <summary>
    /// The commitment that a challenger gives when it opens a dispute: keccak256(abi.encode(challenger, salt, <see cref="Root"/>)).
    /// </summary>
    public Bytes32 Commitment(Address challenger, Bytes32 salt)
    {
        byte[] words = new byte[96];
        challenger.CopyTo(words.AsSpan(12));
        salt.CopyTo(words.AsSpan(32));
        Root.CopyTo(words.AsSpan(64));
        return Keccak256.Hash(words);
    }

    private static MerkleTree<KeccakMerkle> Tree(Bytes32[] entries) =>
        new([.. entries.Select(entry => KeccakMerkle.Leaf(entry.ToArray()))]);
}
