using TeeTee.Primitives;

namespace TeeTee.Rollup.Messages;

/// <summary>An enclave key registered for a slot, valid for the epochs [ValidFrom, ValidUntil) (protocol section 5).</summary>
/// <param name="SlotId">The slot.</param>
/// <param name="SigningKey">Address of the key that signs receipts.</param>
/// <param name="EncryptionKey">X25519 public key for sealed input.</param>
/// <param name="ValidFrom">First epoch.</param>
/// <param name="ValidUntil">First epoch no longer valid; ulong.MaxValue without end.</param>
public sealed record SlotKey(uint SlotId, Address SigningKey, Bytes32 EncryptionKey, ulong ValidFrom, ulong ValidUntil)
{
    /// <summary>Whether the key is valid in <paramref name="epoch"/>.</summary>
    public bool IsValidAt(ulong epoch) => ValidFrom <= epoch && epoch < ValidUntil;
}
