using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Rollup.Links;

/// <summary>What a shard claims to be on a TLS connection (protocol section 11); its certificate's quote binds every field.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Rollup">Address of TeeTeeRollup.</param>
/// <param name="ModelId">The model that it serves.</param>
/// <param name="Slot">Its slot id.</param>
/// <param name="Operator">Who runs the slot.</param>
/// <param name="SigningKey">Address of the enclave key.</param>
/// <param name="EncryptionKey">X25519 public key.</param>
public sealed record ShardClaims(ulong ChainId, Address Rollup, Bytes32 ModelId, uint Slot, Address Operator, Address SigningKey, Bytes32 EncryptionKey)
    : IRollupMessage<ShardClaims>
{
    static bool IRollupMessage<ShardClaims>.IsDynamic => false;

    /// <summary>The 64 bytes that the quote over these claims and a TLS key must carry.</summary>
    /// <param name="publicKeyHash">Keccak-256 of the SubjectPublicKeyInfo (DER).</param>
    /// <param name="notBefore">First second of the certificate's validity.</param>
    /// <param name="notAfter">Last second of the certificate's validity.</param>
    public byte[] ToReportData(Bytes32 publicKeyHash, DateTimeOffset notBefore, DateTimeOffset notAfter) => ReportData.ForTls(
        new RollupDomain(ChainId, Rollup), ModelId, Slot, Operator, publicKeyHash, (ulong)notBefore.ToUnixTimeSeconds(), (ulong)notAfter.ToUnixTimeSeconds(),
        SigningKey, EncryptionKey);

    /// <summary>The first field in which <paramref name="other"/> differs, with both values; null if none does.</summary>
    public string? Mismatch(ShardClaims other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (string Field, object Expected, object Attested)[] fields =
        [
            ("chain id", ChainId, other.ChainId), ("rollup", Rollup, other.Rollup), ("model id", ModelId, other.ModelId), ("slot", Slot, other.Slot),
            ("operator", Operator, other.Operator), ("signing key", SigningKey, other.SigningKey), ("encryption key", EncryptionKey, other.EncryptionKey),
        ];
        foreach ((string field, object expected, object attested) in fields)
        {
            if (!expected.Equals(attested))
                return $"the {field} is {attested} by its certificate and should be {expected}";
        }
        return null;
    }

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) =>
        writer.Number(ChainId).Account(Rollup).Hash(ModelId).Number(Slot).Account(Operator).Account(SigningKey).Hash(EncryptionKey);

    static ShardClaims IRollupMessage<ShardClaims>.ReadMembers(ref TupleReader reader) =>
        new(reader.U64(), reader.Account(), reader.Hash(), reader.U32(), reader.Account(), reader.Account(), reader.Hash());
}
