using System.Buffers.Binary;
using TeeTee.Primitives;

namespace TeeTee.Attestation.Encryption;

/// <summary>The job that a data key is for (docs/protocol.md, section 10). A wrap for one job opens for no other.</summary>
/// <param name="JobId">Digest of the signed request.</param>
/// <param name="User">The request's user.</param>
/// <param name="Nonce">The request's nonce.</param>
/// <param name="ModelId">The request's model.</param>
public sealed record SealedBinding(Bytes32 JobId, Address User, ulong Nonce, Bytes32 ModelId)
{
    private const int Size = (2 * Bytes32.Size) + sizeof(ulong);

    /// <summary>What a wrap authenticates beside the key: <c>jobId || modelId || nonce (u64 big-endian)</c>.</summary>
    public byte[] ToAssociatedData()
    {
        byte[] data = new byte[Size];
        JobId.CopyTo(data);
        ModelId.CopyTo(data.AsSpan(Bytes32.Size));
        BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(2 * Bytes32.Size), Nonce);
        return data;
    }
}
