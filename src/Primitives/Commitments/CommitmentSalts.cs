using System.Buffers.Binary;

namespace TeeTee.Primitives;

/// <summary>
/// The salts of one sealed job's commitments (docs/protocol.md, section 10):
/// <c>SHA-256(key || kind || layer || position || index)</c>, numbers as big-endian u32. A salt is told only together with the leaf that it
/// belongs to: who has it not can test no guess of the leaf's content. One compression of the hash per salt. Safe for concurrent use.
/// </summary>
/// <param name="key">Secret; drawn or derived for this job alone.</param>
public sealed class CommitmentSalts(Bytes32 key)
{
    private const int MessageSize = Bytes32.Size + (4 * sizeof(uint));

    /// <summary>Of the pages of the tokens at positions 0..T.</summary>
    public LeafSalts Tokens => new(this, SaltKind.TokensPage, 0, 0);

    /// <summary>Of the pages of the prompt.</summary>
    public LeafSalts PromptTokens => new(this, SaltKind.PromptTokensPage, 0, 0);

    /// <summary>Of the pages of a vector: what leaves layer <paramref name="boundary"/> - 1 is what enters layer <paramref name="boundary"/>, with the same salts.</summary>
    public LeafSalts Vector(int boundary, int position) => new(this, SaltKind.VectorPage, (uint)boundary, (uint)position);

    /// <summary>Of the rows of one layer at one position: the keys of all heads, then the values.</summary>
    /// <param name="layer">Counted over the whole model.</param>
    /// <param name="position">The position.</param>
    public LeafSalts KvRows(int layer, int position) => new(this, SaltKind.KvRow, (uint)layer, (uint)position);

    /// <summary>One salt.</summary>
    public Bytes32 Of(SaltKind kind, uint layer, uint position, uint index)
    {
        Span<byte> message = stackalloc byte[MessageSize];
        Write(kind, layer, position, index, message);
        return Sha256.Hash(message);
    }

    /// <summary>The salts of neighbouring leaves, from <paramref name="first"/> on; at most <see cref="LeafSalts.MaxBatch"/>.</summary>
    internal void Of(SaltKind kind, uint layer, uint position, uint first, Span<Bytes32> salts)
    {
        Span<byte> messages = stackalloc byte[LeafSalts.MaxBatch * MessageSize];
        for (var i = 0; i < salts.Length; i++)
            Write(kind, layer, position, first + (uint)i, messages.Slice(i * MessageSize, MessageSize));
        Sha256Batch.Hash(new Sha256Messages(messages, salts.Length, MessageSize, MessageSize), salts);
    }

    private void Write(SaltKind kind, uint layer, uint position, uint index, Span<byte> message)
    {
        key.CopyTo(message);
        BinaryPrimitives.WriteUInt32BigEndian(message[32..], (uint)kind);
        BinaryPrimitives.WriteUInt32BigEndian(message[36..], layer);
        BinaryPrimitives.WriteUInt32BigEndian(message[40..], position);
        BinaryPrimitives.WriteUInt32BigEndian(message[44..], index);
    }
}
