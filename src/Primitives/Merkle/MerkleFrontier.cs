using System.Numerics;
using System.Runtime.CompilerServices;

namespace TeeTee.Primitives;

/// <summary>
/// An append-only Merkle tree that keeps one hash per set bit of its count: the roots of its complete subtrees, largest
/// first. Gives the same roots as <see cref="MerkleTree{THash}"/>. Not safe for concurrent use.
/// </summary>
/// <typeparam name="THash">The hash; see <see cref="IMerkleHash"/>.</typeparam>
public sealed class MerkleFrontier<THash>
    where THash : IMerkleHash
{
    private const int MaxSubtree = 256;
    private const int MaxPeaks = 64;

    private readonly List<Bytes32> _peaks;

    /// <summary>An empty tree.</summary>
    public MerkleFrontier() => _peaks = new List<Bytes32>(MaxPeaks);

    /// <summary>A tree continued from its stored <see cref="Count"/> and <see cref="Peaks"/>.</summary>
    /// <exception cref="ArgumentException">The number of peaks is not the number of set bits of the count.</exception>
    public MerkleFrontier(ulong count, ReadOnlySpan<Bytes32> peaks)
    {
        if (BitOperations.PopCount(count) != peaks.Length)
            throw new ArgumentException($"{count} leaves have {BitOperations.PopCount(count)} peaks, got {peaks.Length}.", nameof(peaks));
        Count = count;
        _peaks = [.. peaks];
    }

    /// <summary>The number of leaves.</summary>
    public ulong Count { get; private set; }

    /// <summary>The roots of the complete subtrees, largest first.</summary>
    public IReadOnlyList<Bytes32> Peaks => _peaks;

    /// <summary>The tree hash of RFC 6962, without tag and size.</summary>
    public Bytes32 TreeHash
    {
        get
        {
            if (Count == 0)
                return THash.Empty;
            var hash = _peaks[^1];
            for (var i = _peaks.Count - 2; i >= 0; i--)
                hash = THash.Node(_peaks[i], hash);
            return hash;
        }
    }

    /// <summary>Adds a hashed leaf (<see cref="IMerkleHash.Leaf"/>).</summary>
    public void Append(in Bytes32 leafHash) => AppendSubtree(leafHash, 1);

    /// <summary>Adds hashed leaves in their order, whole subtrees at a time.</summary>
    [SkipLocalsInit]
    public void Append(ReadOnlySpan<Bytes32> leafHashes)
    {
        Span<Bytes32> subtree = stackalloc Bytes32[MaxSubtree];
        while (!leafHashes.IsEmpty)
        {
            var size = SubtreeAt(Count, leafHashes.Length);
            leafHashes[..size].CopyTo(subtree);
            for (var width = size; width > 1; width /= 2)
                THash.Nodes(subtree[..width], subtree);
            AppendSubtree(subtree[0], (uint)size);
            leafHashes = leafHashes[size..];
        }
    }

    /// <summary>The committed root: tag, size and tree hash.</summary>
    public Bytes32 Root(MerkleTag tag) => THash.Root(tag, Count, TreeHash);

    /// <summary>The largest complete subtree that can begin at a leaf.</summary>
    private static int SubtreeAt(ulong leaf, int available)
    {
        var aligned = leaf == 0 ? MaxSubtree : (int)Math.Min(MaxSubtree, 1UL << BitOperations.TrailingZeroCount(leaf));
        return Math.Min(aligned, 1 << BitOperations.Log2((uint)available));
    }

    /// <summary>Adds the root of a complete subtree of <paramref name="size"/> leaves, a power of two that divides the count.</summary>
    private void AppendSubtree(in Bytes32 root, uint size)
    {
        var hash = root;
        for (var merges = BitOperations.TrailingZeroCount(~(Count / size)); merges > 0; merges--)
        {
            hash = THash.Node(_peaks[^1], hash);
            _peaks.RemoveAt(_peaks.Count - 1);
        }
        _peaks.Add(hash);
        Count = checked(Count + size);
    }

    /// <summary>An independent copy.</summary>
    public MerkleFrontier<THash> Clone() => new(Count, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_peaks));
}
