using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Poea;

/// <summary>The 64 bytes that a TDX quote carries for the protocol (section 7).</summary>
public static class ReportData
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 64;

    private const string PoeaTag = "TeeTee PoEA v1";
    private const string RegistrationTag = "TeeTee registration v1";
    private const string TlsTag = "TeeTee TLS v1";
    private const string AttestationTag = "TeeTee attestation v1";

    /// <summary>Binds an epoch's receipts and the enclave's keys to a quote.</summary>
    public static byte[] ForEpoch(
        RollupDomain domain, Bytes32 modelId, uint slot, Address @operator, ulong epoch, Bytes32 executionRoot, Address signingKey, Bytes32 encryptionKey)
    {
        ArgumentNullException.ThrowIfNull(domain);
        TupleWriter words = new();
        words.Text(PoeaTag).Number(domain.ChainId).Account(domain.Rollup).Hash(modelId).Number(slot).Account(@operator);
        return Join(words.Number(epoch).Hash(executionRoot), signingKey, encryptionKey);
    }

    /// <summary>The same of a quote record.</summary>
    public static byte[] ForEpoch(RollupDomain domain, QuoteRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return ForEpoch(
            domain, record.ModelId, record.Slot, record.Operator, record.Epoch, record.ExecutionRoot, record.SigningKey, record.EncryptionKey);
    }

    /// <summary>Binds the keys that are registered for a slot to a quote.</summary>
    /// <param name="nonce">Issued by the contract for this registration.</param>
    public static byte[] ForRegistration(
        RollupDomain domain, uint slot, Address @operator, Bytes32 nonce, Address signingKey, Bytes32 encryptionKey)
    {
        ArgumentNullException.ThrowIfNull(domain);
        TupleWriter words = new();
        words.Text(RegistrationTag).Number(domain.ChainId).Account(domain.Rollup).Number(slot).Account(@operator).Hash(nonce);
        return Join(words, signingKey, encryptionKey);
    }

    /// <summary>Binds a TLS key that lives inside the enclave to a quote, for the time its certificate is valid.</summary>
    /// <param name="publicKeyHash">Keccak-256 of the certificate's SubjectPublicKeyInfo (DER).</param>
    /// <param name="notBefore">Unix seconds.</param>
    /// <param name="notAfter">Unix seconds.</param>
    public static byte[] ForTls(
        RollupDomain domain, Bytes32 modelId, uint slot, Address @operator, Bytes32 publicKeyHash, ulong notBefore, ulong notAfter,
        Address signingKey, Bytes32 encryptionKey)
    {
        ArgumentNullException.ThrowIfNull(domain);
        TupleWriter words = new();
        words.Text(TlsTag).Number(domain.ChainId).Account(domain.Rollup).Hash(modelId).Number(slot).Account(@operator);
        return Join(words.Hash(publicKeyHash).Number(notBefore).Number(notAfter), signingKey, encryptionKey);
    }

    /// <summary>Binds the keys of a slot to a quote that answers somebody's fresh challenge.</summary>
    /// <param name="nonce">32 bytes that the asker drew.</param>
    public static byte[] ForAttestation(
        RollupDomain domain, Bytes32 modelId, uint slot, Address @operator, Bytes32 nonce, Address signingKey, Bytes32 encryptionKey)
    {
        ArgumentNullException.ThrowIfNull(domain);
        TupleWriter words = new();
        words.Text(AttestationTag).Number(domain.ChainId).Account(domain.Rollup).Hash(modelId).Number(slot).Account(@operator);
        return Join(words.Hash(nonce), signingKey, encryptionKey);
    }

    /// <summary>
    /// What verifiers of other confidential inference services expect: the signing address, padded with zeros at the right to 32 bytes, then
    /// the asker's nonce. It names no chain, slot or encryption key and is for display in their tools; our own check never accepts it.
    /// </summary>
    /// <remarks>
    /// An enclave may make it for anybody without becoming an oracle for the tagged purposes above. The asker chooses the second half, so only
    /// the first half separates them: here it is one constant of the enclave that ends in 12 zero bytes, there an output of Keccak-256 over a
    /// tagged statement. To pass for the other purpose, somebody would need a statement whose hash is that very constant (a preimage of 256
    /// bits); conversely one in 2^96 tagged statements hashes to an address at all, it is nobody's key, and its second half, the hash of the
    /// keys, would have to be the nonce that the verifier drew.
    /// </remarks>
    /// <param name="nonce">32 bytes that the asker drew.</param>
    public static byte[] ForLegacyAttestation(Address signingKey, Bytes32 nonce)
    {
        byte[] data = new byte[Size];
        signingKey.CopyTo(data);
        nonce.CopyTo(data.AsSpan(Bytes32.Size));
        return data;
    }

    private static byte[] Join(TupleWriter statement, Address signingKey, Bytes32 encryptionKey)
    {
        byte[] keys = new TupleWriter().Account(signingKey).Hash(encryptionKey).ToArray();
        return [.. Keccak256.Hash(statement.ToArray()).ToArray(), .. Keccak256.Hash(keys).ToArray()];
    }
}
