namespace TeeTee.Primitives;

/// <summary>The data key of a sealed job, encrypted to one recipient (docs/protocol.md, section 10).</summary>
/// <param name="Recipient">X25519 public key of who can open it.</param>
/// <param name="Message">HPKE message: encapsulated key (32) || encrypted data key (32) || tag (16).</param>
public sealed record KeyWrap(Bytes32 Recipient, ReadOnlyMemory<byte> Message)
{
    /// <summary>Bytes of a message.</summary>
    public const int MessageSize = 32 + 32 + SealedFrame.TagSize;

    /// <summary>Bytes of a wrap.</summary>
    public const int Size = Bytes32.Size + MessageSize;

    /// <inheritdoc/>
    public bool Equals(KeyWrap? other) => other is not null && Recipient == other.Recipient && Message.Span.SequenceEqual(other.Message.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => Recipient.GetHashCode();
}
