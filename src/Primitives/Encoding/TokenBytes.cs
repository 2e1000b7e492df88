using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace TeeTee.Primitives;

/// <summary>Token ids as they travel: u32 little-endian, one after another.</summary>
public static class TokenBytes
{
    /// <summary>The bytes of the ids.</summary>
    public static byte[] Encode(ReadOnlySpan<uint> tokens)
    {
        var bytes = new byte[tokens.Length * sizeof(uint)];
        for (var i = 0; i < tokens.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), tokens[i]);
        return bytes;
    }

    /// <summary>Reads ids; false unless the length is a multiple of four.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out uint[]? tokens)
    {
        tokens = null;
        if (bytes.Length % sizeof(uint) != 0)
            return false;
        tokens = new uint[bytes.Length / sizeof(uint)];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * sizeof(uint))..]);
        return true;
    }
}
