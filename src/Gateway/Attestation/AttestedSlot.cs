using TeeTee.Primitives;

namespace TeeTee.Gateway.Attestation;

/// <summary>
/// That the keys of a slot are held by an attested enclave: only <see cref="AttestationReportCheck"/> makes it, from a quote that answers the
/// caller's own nonce and passed every check. A client that seals a prompt to <see cref="EncryptionKey"/> wants to see this first.
/// </summary>
public sealed record AttestedSlot
{
    internal AttestedSlot(uint slot, Address signingKey, Bytes32 encryptionKey, DateTimeOffset expires, bool simulated) =>
        (Slot, SigningKey, EncryptionKey, Expires, Simulated) = (slot, signingKey, encryptionKey, expires, simulated);

    /// <summary>The slot's id.</summary>
    public uint Slot { get; }

    /// <summary>Signs receipts.</summary>
    public Address SigningKey { get; }

    /// <summary>X25519: opens sealed prompts.</summary>
    public Bytes32 EncryptionKey { get; }

    /// <summary>When certificates or collateral behind the quote run out.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>Whether the root is not Intel's: no hardware is proved.</summary>
    public bool Simulated { get; }
}
