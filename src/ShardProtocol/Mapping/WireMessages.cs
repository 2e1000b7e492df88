using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>
/// Reads what a peer sent without throwing, and lists of ids and hashes both ways. Strict: exact lengths, and of signed messages exactly
/// the bytes that encoding gives back, so that no digest can change in between.
/// </summary>
public static class WireMessages
{
    /// <summary>Reads a signed message; holding it proves nothing about the signature.</summary>
    /// <returns>False for null, other bytes than encoding gives, or a signature that is not 65 well-formed bytes.</returns>
    public static bool TryRead<T>(SignedMessage? wire, [NotNullWhen(true)] out Signed<T>? signed)
        where T : class, ITypedMessage<T>
    {
        signed = null;
        if (wire is null || !MessageCodec.TryDecode(wire.Message.Span, out T? message)
            || !Signature.TryRead(wire.Signature.Span, out Signature signature))
            return false;
        signed = new Signed<T>(message, signature);
        return true;
    }

    /// <summary>Reads a hash; false unless there are 32 bytes.</summary>
    public static bool TryRead(ByteString wire, out Bytes32 value)
    {
        bool fits = wire.Length == Bytes32.Size;
        value = fits ? new Bytes32(wire.Span) : default;
        return fits;
    }

    /// <summary>Reads an address; false unless there are 20 bytes.</summary>
    public static bool TryRead(ByteString wire, out Address value)
    {
        bool fits = wire.Length == Address.Size;
        value = fits ? new Address(wire.Span) : default;
        return fits;
    }

    /// <summary>Token ids, u32 LE.</summary>
    public static byte[] EncodeTokens(ReadOnlySpan<uint> tokens) => TokenBytes.Encode(tokens);

    /// <summary>Reads token ids; false unless the length is a multiple of four.</summary>
    public static bool TryReadTokens(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out uint[]? tokens) => TokenBytes.TryRead(bytes, out tokens);

    /// <summary>Hashes one after another.</summary>
    public static byte[] EncodeHashes(IReadOnlyList<Bytes32> hashes)
    {
        byte[] bytes = new byte[hashes.Count * Bytes32.Size];
        for (int i = 0; i < hashes.Count; i++)
            hashes[i].CopyTo(bytes.AsSpan(i * Bytes32.Size));
        return bytes;
    }

    /// <summary>Reads hashes; false unless the length is a multiple of 32.</summary>
    public static bool TryReadHashes(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Bytes32[]? hashes)
    {
        hashes = null;
        if (bytes.Length % Bytes32.Size != 0)
            return false;
        hashes = new Bytes32[bytes.Length / Bytes32.Size];
        for (int i = 0; i < hashes.Length; i++)
            hashes[i] = new Bytes32(bytes.Slice(i * Bytes32.Size, Bytes32.Size));
        return true;
    }
}
