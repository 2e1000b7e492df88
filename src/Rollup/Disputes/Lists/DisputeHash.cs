using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>The entries of the flat contents (protocol section 12). What they hash is salted already where the job is sealed.</summary>
internal static class DisputeHash
{
    public static Bytes32 Quantized(ReadOnlySpan<byte> content) => Tagged("TT/quan1"u8, content);

    public static Bytes32 Norm(ReadOnlySpan<byte> content) => Tagged("TT/norm1"u8, content);

    public static Bytes32 Pick(ReadOnlySpan<byte> content) => Tagged("TT/pick1"u8, content);

    /// <summary>The entry of a head: its salt, if any, binds the salts of all its leaves, which are the same.</summary>
    public static Bytes32 Head(ReadOnlySpan<byte> salt, Bytes32 chunkRoot)
    {
        byte[] message = new byte[salt.Length + Bytes32.Size];
        salt.CopyTo(message);
        chunkRoot.CopyTo(message.AsSpan(salt.Length));
        return Tagged("TT/head1"u8, message);
    }

    /// <summary>The leaf of a head's chunk tree.</summary>
    public static Bytes32 ChunkLeaf(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> content)
    {
        byte[] message = new byte[salt.Length + content.Length];
        salt.CopyTo(message);
        content.CopyTo(message.AsSpan(salt.Length));
        return KeccakMerkle.Leaf(message);
    }

    private static Bytes32 Tagged(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> content)
    {
        byte[] message = new byte[tag.Length + content.Length];
        tag.CopyTo(message);
        content.CopyTo(message.AsSpan(tag.Length));
        return Keccak256.Hash(message);
    }
}
