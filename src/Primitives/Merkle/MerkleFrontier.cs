using System.Numerics;

namespace TeeTee.Primitives;

/// <summary>
/// An append-only Merkle tree that keeps one hash per set bit of its count: the roots of its complete subtrees, largest
/// first. Gives the same roots as <see cref="MerkleTree{THash}"/>. Not safe for concurrent use.
/// </summary>
/// <typeparam name="THash">The hash; see <see cref="IMerkleHash"/>.</typeparam>
public sealed class MerkleFrontier<THash>
    where THash : IMerkleHash
{
    private readonly List<Bytes32> _peaks;

    /// <summary>An empty tree.</summary>
    public MerkleFrontier() => _peaks = [];

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
    public void Append(in Bytes32 leafHash)
    {
        var hash = leafHash;
        for (var merges = BitOperations.TrailingZeroCount(~Count); merges > 0; merges--)
        {
            hash = THash.Node(_peaks[^1], hash);
            _peaks.RemoveAt(_peaks.Count - 1);
        }
        _peaks.Add(hash);
        Count = checked(Count + 1);
    }

    /// <summary>The committed root: tag, size and tree hash.</summary>
    public Bytes32 Root(MerkleTag tag) => THash.Root(tag, Count, TreeHash);

    /// <summary>An independent copy.</summary>
    public MerkleFrontier<THash> Clone() => new(Count, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_peaks));
}
