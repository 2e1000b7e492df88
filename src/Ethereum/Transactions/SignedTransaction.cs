using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>A signed EIP-1559 transaction: what is stored, sent and looked for.</summary>
public sealed class SignedTransaction
{
    private readonly byte[] _raw;

    internal SignedTransaction(Eip1559Transaction transaction, Signature signature)
    {
        (Transaction, Signature) = (transaction, signature);
        _raw = Eip1559Transaction.Envelope([
            .. transaction.Fields(),
            RlpItem.FromNumber((UInt128)(uint)(signature.V - 27)),
            RlpItem.FromNumber(ToNumber(signature.R)),
            RlpItem.FromNumber(ToNumber(signature.S))]);
        Hash = Keccak256.Hash(_raw);
    }

    /// <summary>What was signed.</summary>
    public Eip1559Transaction Transaction { get; }

    /// <summary>The sender's signature.</summary>
    public Signature Signature { get; }

    /// <summary>The transaction hash.</summary>
    public Bytes32 Hash { get; }

    /// <summary>The bytes for eth_sendRawTransaction.</summary>
    public ReadOnlySpan<byte> Raw => _raw;

    /// <summary>The transaction of raw bytes in canonical form.</summary>
    /// <exception cref="MalformedDataException">Not a canonical signed transaction of type 2 with amounts below 2^128.</exception>
    public static SignedTransaction Decode(ReadOnlySpan<byte> raw) => TransactionDecoder.Decode(raw);

    /// <summary>The sender, or null if the signature is invalid.</summary>
    public Address? Sender() => Secp256k1Recovery.Instance.Recover(Transaction.SigningHash(), Signature);

    private static System.Numerics.BigInteger ToNumber(Bytes32 value) => new(value.ToArray(), isUnsigned: true, isBigEndian: true);
}
