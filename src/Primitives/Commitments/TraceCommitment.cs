using System.Buffers.Binary;

namespace TeeTee.Primitives;

/// <summary>
/// Commits the work of one shard on one job (docs/protocol.md, section 2), position by position. SHA-256, tag
/// <c>TT/trac1</c>; the data of Merkle leaf p is the 32-byte <see cref="Leaf"/> of p.
/// </summary>
public static class TraceCommitment
{
    private static readonly MerkleTag s_tag = new("TT/trac1");

    /// <summary><c>leaf(p) = SHA256("TT/leaf1" || p as big-endian u32 || hInRoot || hOutRoot || kvRoot)</c>.</summary>
    public static Bytes32 Leaf(uint position, in Bytes32 hInRoot, in Bytes32 hOutRoot, in Bytes32 kvRoot)
    {
        Span<byte> message = stackalloc byte[8 + 4 + 3 * Bytes32.Size];
        "TT/leaf1"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt32BigEndian(message[8..], position);
        hInRoot.CopyTo(message[12..]);
        hOutRoot.CopyTo(message[44..]);
        kvRoot.CopyTo(message[76..]);
        return Sha256.Hash(message);
    }

    /// <summary>The Merkle leaf hash of a <see cref="Leaf"/>, as <see cref="MerkleFrontier{THash}.Append"/> takes it.</summary>
    public static Bytes32 LeafHash(in Bytes32 leaf)
    {
        Span<byte> data = stackalloc byte[Bytes32.Size];
        leaf.CopyTo(data);
        return Sha256Merkle.Leaf(data);
    }

    /// <summary><c>traceRoot</c> of the leaves of positions 0 to T-1.</summary>
    public static Bytes32 Root(ReadOnlySpan<Bytes32> leaves) => Tree(leaves).Root(s_tag);

    /// <summary><c>traceRoot</c> of what was appended so far.</summary>
    public static Bytes32 Root(MerkleFrontier<Sha256Merkle> frontier)
    {
        ArgumentNullException.ThrowIfNull(frontier);
        return frontier.Root(s_tag);
    }

    /// <summary>The siblings that prove the leaf of <paramref name="position"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such position.</exception>
    public static Bytes32[] Prove(ReadOnlySpan<Bytes32> leaves, int position) => Tree(leaves).Prove(position);

    /// <summary>Whether <paramref name="leaf"/> is that of <paramref name="position"/> in the trace of <paramref name="positions"/> positions.</summary>
    public static bool Verify(Bytes32 traceRoot, uint positions, uint position, in Bytes32 leaf, ReadOnlySpan<Bytes32> path) =>
        MerkleProof.Verify<Sha256Merkle>(s_tag, traceRoot, positions, position, LeafHash(leaf), path);

    /// <summary>The Merkle leaf hashes of many leaves.</summary>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public static void LeafHashes(ReadOnlySpan<Bytes32> leaves, Span<Bytes32> hashes)
    {
        const int Batch = 16;
        Span<byte> data = stackalloc byte[Batch * Bytes32.Size];
        for (var first = 0; first < leaves.Length; first += Batch)
        {
            var count = Math.Min(Batch, leaves.Length - first);
            for (var i = 0; i < count; i++)
                leaves[first + i].CopyTo(data[(i * Bytes32.Size)..]);
            Sha256Batch.Hash(new Sha256Messages(data, count, Bytes32.Size, Bytes32.Size) { Tag = 0x00 }, hashes[first..]);
        }
    }

    private static MerkleTree<Sha256Merkle> Tree(ReadOnlySpan<Bytes32> leaves)
    {
        var hashes = new Bytes32[leaves.Length];
        LeafHashes(leaves, hashes);
        return new MerkleTree<Sha256Merkle>(hashes);
    }
}
