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

    /// <summary>H(<paramref name="tag"/> || <paramref name="size"/> as big-endian u64 || <paramref name="mth"/>).</summary>
    static abstract Bytes32 Root(MerkleTag tag, ulong size, in Bytes32 mth);
}
