using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TeeTee.Primitives;

/// <summary>Bytes cut into pages, the pages hashed to a tree; the last page may be shorter, no bytes have no page.</summary>
internal static class PagedHash
{
    private const int StackLeaves = 256;

    public static Bytes32[] Leaves(ReadOnlySpan<byte> data, int pageSize, LeafSalts? salts = null)
    {
        var leaves = new Bytes32[CountOf(data, pageSize)];
        WriteLeaves(data, pageSize, salts, leaves);
        return leaves;
    }

    [SkipLocalsInit]
    public static Bytes32 TreeHash(ReadOnlySpan<byte> data, int pageSize, LeafSalts? salts = null)
    {
        var count = CountOf(data, pageSize);
        if (count == 0)
            return Sha256Merkle.Empty;
        var rented = count > StackLeaves ? ArrayPool<Bytes32>.Shared.Rent(count) : null;
        var leaves = rented ?? stackalloc Bytes32[StackLeaves];
        WriteLeaves(data, pageSize, salts, leaves);
        Sha256Merkle.Fold(leaves, 1, count, count);
        var hash = leaves[0];
        if (rented is not null)
            ArrayPool<Bytes32>.Shared.Return(rented);
        return hash;
    }

    /// <summary>The leaf hashes of equal pages that lie one after another, from leaf <paramref name="firstLeaf"/> of their place on.</summary>
    public static void WriteLeaves(ReadOnlySpan<byte> pages, int count, int pageSize, LeafSalts? salts, int firstLeaf, Span<Bytes32> leaves)
    {
        if (salts is not { } known)
        {
            Sha256Batch.Hash(new Sha256Messages(pages, count, pageSize, pageSize) { Tag = 0x00 }, leaves);
            return;
        }
        Span<byte> prefixes = stackalloc byte[LeafSalts.MaxBatch * Bytes32.Size];
        for (var first = 0; first < count; first += LeafSalts.MaxBatch)
        {
            var batch = Math.Min(LeafSalts.MaxBatch, count - first);
            known.Write(firstLeaf + first, batch, prefixes);
            Sha256Batch.Hash(
                new Sha256Messages(pages[(first * pageSize)..], batch, pageSize, pageSize) { Tag = 0x00, Prefixes = prefixes, PrefixSize = Bytes32.Size },
                leaves[first..]);
        }
    }

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

    private static int CountOf(ReadOnlySpan<byte> data, int pageSize) => (data.Length + pageSize - 1) / pageSize;

    /// <summary>The leaf hashes of all pages of the data, the last of which may be shorter.</summary>
    public static void WriteLeaves(ReadOnlySpan<byte> data, int pageSize, LeafSalts? salts, Span<Bytes32> leaves)
    {
        var whole = data.Length / pageSize;
        WriteLeaves(data, whole, pageSize, salts, 0, leaves);
        if (data.Length % pageSize != 0)
            leaves[whole] = Leaf(data[(whole * pageSize)..], salts?[whole]);
    }
}
