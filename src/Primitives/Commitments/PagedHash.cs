using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TeeTee.Primitives;

/// <summary>Bytes cut into pages, the pages hashed to a tree; the last page may be shorter, no bytes have no page.</summary>
internal static class PagedHash
{
    public static Bytes32[] Leaves(ReadOnlySpan<byte> data, int pageSize, LeafSalts? salts = null)
    {
        var leaves = new Bytes32[(data.Length + pageSize - 1) / pageSize];
        for (var i = 0; i < leaves.Length; i++)
            leaves[i] = Leaf(data.Slice(i * pageSize, Math.Min(pageSize, data.Length - i * pageSize)), salts?[i]);
        return leaves;
    }

    public static Bytes32 TreeHash(ReadOnlySpan<byte> data, int pageSize, LeafSalts? salts = null) => Fold(Leaves(data, pageSize, salts));

    /// <summary>The tree hash of leaves, which are overwritten.</summary>
    public static Bytes32 TreeHash(Span<Bytes32> leaves) => Fold(leaves);

    /// <summary>The leaf hash of a page, or of <c>salt || page</c> where it is salted.</summary>
    public static Bytes32 Leaf(ReadOnlySpan<byte> page, in Bytes32? salt) =>
        salt is { } known ? Sha256Merkle.Leaf(known, page) : Sha256Merkle.Leaf(page);

    /// <summary>The tree hash that a page leads to; false if it is out of place, of another length, or the path is wrong.</summary>
    public static bool TryTreeHash(
        ulong count, int elementSize, int pageSize, ulong page, ReadOnlySpan<byte> pageData, in Bytes32? salt, ReadOnlySpan<Bytes32> path, out Bytes32 mth)
    {
        mth = default;
        if (elementSize < 1 || count > long.MaxValue / (ulong)elementSize)
            return false;
        var bytes = count * (ulong)elementSize;
        var pages = bytes / (ulong)pageSize + (bytes % (ulong)pageSize == 0 ? 0UL : 1UL);
        if (page >= pages || (ulong)pageData.Length != Math.Min((ulong)pageSize, bytes - page * (ulong)pageSize))
            return false;
        return MerkleProof.TryTreeHash<Sha256Merkle>(pages, page, Leaf(pageData, salt), path, out mth);
    }

    /// <summary>The little-endian bytes of 4-byte elements: their own memory, or a copy on a big-endian machine.</summary>
    public static ReadOnlySpan<byte> LittleEndianBytes<T>(ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(elements);
        if (BitConverter.IsLittleEndian)
            return bytes;
        var copy = new byte[bytes.Length];
        BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<T, uint>(elements), MemoryMarshal.Cast<byte, uint>(copy.AsSpan()));
        return copy;
    }

    /// <summary>The tree hash of <paramref name="level"/>, which is overwritten.</summary>
    private static Bytes32 Fold(Span<Bytes32> level)
    {
        if (level.Length == 0)
            return Sha256Merkle.Empty;
        while (level.Length > 1)
        {
            var above = level.Length / 2 + level.Length % 2;
            for (var i = 0; i < level.Length / 2; i++)
                level[i] = Sha256Merkle.Node(level[2 * i], level[2 * i + 1]);
            if (level.Length % 2 != 0)
                level[above - 1] = level[^1];
            level = level[..above];
        }
        return level[0];
    }
}
