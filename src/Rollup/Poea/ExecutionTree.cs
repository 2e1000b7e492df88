using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Poea;

/// <summary>
/// The closed set of shard receipts of one operator, slot and epoch (protocol section 7): their EIP-712 digests, ascending.
/// </summary>
public sealed class ExecutionTree
{
    private readonly MerkleTree<KeccakMerkle> _tree;

    /// <param name="digests">Receipt digests in any order.</param>
    /// <exception cref="ArgumentException">None, or one twice.</exception>
    public ExecutionTree(IEnumerable<Bytes32> digests)
    {
        Digests = [.. digests.Order()];
        if (Digests.IsEmpty)
            throw new ArgumentException("An epoch without receipts has no execution root.", nameof(digests));
        for (int i = 1; i < Digests.Length; i++)
        {
            if (Digests[i] == Digests[i - 1])
                throw new ArgumentException($"Receipt {Digests[i]} is in the epoch twice.", nameof(digests));
        }

        _tree = new MerkleTree<KeccakMerkle>(Digests.Select(Leaf).ToArray());
        Root = _tree.Root(ProtocolTags.Execution);
    }

    /// <summary>The digests, ascending.</summary>
    public ImmutableArray<Bytes32> Digests { get; }

    /// <summary>The execution root.</summary>
    public Bytes32 Root { get; }

    /// <summary>Where a receipt is in the tree and the proof of it; null if it is not of this epoch.</summary>
    public ExecutionProof? Prove(Bytes32 digest)
    {
        int index = Digests.BinarySearch(digest);
        return index < 0 ? null : new ExecutionProof((ulong)index, (ulong)Digests.Length, [.. _tree.Prove(index)]);
    }

    /// <summary>Whether the proof leads from the receipt to the root.</summary>
    public static bool Verify(Bytes32 root, Bytes32 digest, ExecutionProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return MerkleProof.Verify<KeccakMerkle>(
            ProtocolTags.Execution, root, proof.Size, proof.Index, Leaf(digest), proof.Siblings.AsSpan());
    }

    private static Bytes32 Leaf(Bytes32 digest) => KeccakMerkle.Leaf(digest.ToArray());
}
