using System.Numerics;

namespace TeeTee.Primitives;

/// <summary>
/// The siblings on one path of a <see cref="SparseMerkleTree"/>. Only the non-zero ones are listed, deepest first; bit i
/// of the bitmap (a big-endian 256-bit number) says that the sibling i levels above the leaf's own level is listed.
/// </summary>
public sealed class SparseMerkleProof
{
    private readonly Bytes32[] _siblings;

    /// <exception cref="ArgumentException">
    /// A bit above 159 is set, the number of siblings is not the number of set bits, or a sibling is zero.
    /// </exception>
    public SparseMerkleProof(Bytes32 bitmap, IReadOnlyList<Bytes32> siblings)
    {
        ArgumentNullException.ThrowIfNull(siblings);
        if (!IsCanonical(bitmap, siblings))
            throw new ArgumentException($"The bitmap {bitmap} does not describe the {siblings.Count} siblings.", nameof(siblings));
        Bitmap = bitmap;
        _siblings = [.. siblings];
    }

    /// <summary>Which siblings are not zero; bit 0 is the deepest.</summary>
    public Bytes32 Bitmap { get; }

    /// <summary>The non-zero siblings, deepest first.</summary>
    public IReadOnlyList<Bytes32> Siblings => _siblings;

    /// <summary>A proof from untrusted parts; false where the constructor would throw.</summary>
    public static bool TryCreate(
        Bytes32 bitmap, IReadOnlyList<Bytes32> siblings, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SparseMerkleProof? proof)
    {
        ArgumentNullException.ThrowIfNull(siblings);
        proof = IsCanonical(bitmap, siblings) ? new SparseMerkleProof(bitmap, siblings) : null;
        return proof is not null;
    }

    /// <summary>The root of the tree in which <paramref name="key"/> has <paramref name="leafOrZero"/> and these siblings.</summary>
    public Bytes32 ComputeRoot(Address key, Bytes32 leafOrZero)
    {
        Span<byte> bitmap = stackalloc byte[Bytes32.Size];
        Bitmap.CopyTo(bitmap);
        var hash = leafOrZero;
        var used = 0;
        for (var level = 0; level < SparseMerkleTree.Depth; level++)
        {
            var sibling = (bitmap[31 - level / 8] >> (level % 8) & 1) != 0 ? _siblings[used++] : default;
            var right = key.Bit(SparseMerkleTree.Depth - 1 - level);
            hash = right ? SparseMerkleTree.Node(sibling, hash) : SparseMerkleTree.Node(hash, sibling);
        }
        return hash;
    }

    internal static SparseMerkleProof FromLevels(List<(int Level, Bytes32 Sibling)> found)
    {
        Span<byte> bitmap = stackalloc byte[Bytes32.Size];
        bitmap.Clear();
        foreach (var (level, _) in found)
            bitmap[31 - level / 8] |= (byte)(1 << (level % 8));
        return new SparseMerkleProof(new Bytes32(bitmap), [.. found.Select(pair => pair.Sibling)]);
    }

    private static bool IsCanonical(Bytes32 bitmap, IReadOnlyList<Bytes32> siblings)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        bitmap.CopyTo(bytes);
        var set = 0;
        foreach (var value in bytes)
            set += BitOperations.PopCount(value);
        return !bytes[..12].ContainsAnyExcept((byte)0) && set == siblings.Count && !siblings.Any(sibling => sibling.IsZero);
    }
}
