using System.Buffers.Binary;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Verification;

/// <summary>The SHA-256 roots of batch data as it is published (protocol section 2).</summary>
internal static class TraceRoots
{
    /// <summary>Root of token ids, u32 LE.</summary>
    public static Bytes32 Tokens(ReadOnlySpan<byte> ids)
    {
        uint[] tokens = new uint[ids.Length / sizeof(uint)];
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = BinaryPrimitives.ReadUInt32LittleEndian(ids[(i * sizeof(uint))..]);
        return TokenCommitment.Root(tokens);
    }

    /// <summary>Root of a leaf list.</summary>
    public static Bytes32 Trace(ReadOnlySpan<byte> leaves)
    {
        Bytes32[] list = new Bytes32[leaves.Length / Bytes32.Size];
        for (int i = 0; i < list.Length; i++)
            list[i] = new Bytes32(leaves.Slice(i * Bytes32.Size, Bytes32.Size));
        return TraceCommitment.Root(list);
    }
}
