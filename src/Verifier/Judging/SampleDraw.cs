using System.Buffers.Binary;
using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Verifier.Judging;

/// <summary>
/// Which leaves of a batch are run again. The seed needs the batch hash, so the draw is after posting, and a secret, so that the poster
/// cannot know it; a secret that stays makes the draw the same after a restart. Pure.
/// </summary>
internal static class SampleDraw
{
    /// <summary>keccak256(batchHash || secret).</summary>
    public static Bytes32 Seed(Bytes32 batchHash, ReadOnlySpan<byte> secret) => Keccak256.Hash([.. batchHash.ToArray(), .. secret]);

    /// <summary>The drawn leaves, ascending: each with the rate's probability, and at least one where the rate is above 0.</summary>
    public static ImmutableArray<uint> Draw(Bytes32 seed, IReadOnlyList<uint> candidates, double rate)
    {
        if (rate <= 0 || candidates.Count == 0)
            return [];
        if (rate >= 1)
            return [.. candidates.Order()];
        (uint Leaf, ulong Lot)[] lots = [.. candidates.Select(c => (c, Lot(seed, c))).OrderBy(l => l.Item2)];
        ulong bound = (ulong)(rate * ulong.MaxValue);
        int count = Math.Max(1, lots.Count(l => l.Lot < bound));
        return [.. lots.Take(count).Select(l => l.Leaf).Order()];
    }

    private static ulong Lot(Bytes32 seed, uint leaf)
    {
        byte[] data = new byte[Bytes32.Size + sizeof(uint)];
        seed.CopyTo(data);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(Bytes32.Size), leaf);
        return BinaryPrimitives.ReadUInt64BigEndian(Keccak256.Hash(data).ToArray());
    }
}
