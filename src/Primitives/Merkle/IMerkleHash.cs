namespace TeeTee.Primitives;

/// <summary>
/// The hashing of a Merkle tree in the shape of RFC 6962, section 2.1, with a tagged and sized root:
/// leaf = H(0x00 || data), node = H(0x01 || left || right), root = H(tag || size as big-endian u64 || mth).
/// </summary>
public interface IMerkleHash
{
    /// <summary>The tree hash (mth) of no leaves: H of the empty string.</summary>
    static abstract Bytes32 Empty { get; }

    /// <summary>H(0x00 || <paramref name="data"/>).</summary>
    static abstract Bytes32 Leaf(ReadOnlySpan<byte> data);

    /// <summary>H(0x01 || <paramref name="left"/> || <paramref name="right"/>).</summary>
    static abstract Bytes32 Node(in Bytes32 left, in Bytes32 right);

    /// <summary>
    /// The nodes over neighbours: above[i] = Node(below[2i], below[2i + 1]) for the pairs that <paramref name="below"/> has, whole pairs only.
    /// </summary>
    /// <param name="below">A level from its left end.</param>
    /// <param name="above">Room for half as many; may be the start of the same memory.</param>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    static abstract void Nodes(ReadOnlySpan<Bytes32> below, Span<Bytes32> above);

    /// <summary>H(<paramref name="tag"/> || <paramref name="size"/> as big-endian u64 || <paramref name="mth"/>).</summary>
    static abstract Bytes32 Root(MerkleTag tag, ulong size, in Bytes32 mth);
}
