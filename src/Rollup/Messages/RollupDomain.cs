using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>
/// The EIP-712 domain of every signed message: name "TeeTee", version "1", the chain id and the address of TeeTeeRollup
/// (protocol section 1).
/// </summary>
public sealed record RollupDomain
{
    private const string Type = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

    private static readonly Bytes32 s_typeHash = TypedData.TypeHash(Type);
    private static readonly Bytes32 s_name = Keccak256.Hash("TeeTee"u8);
    private static readonly Bytes32 s_version = Keccak256.Hash("1"u8);

    public RollupDomain(ulong chainId, Address rollup)
    {
        ChainId = chainId;
        Rollup = rollup;
        Separator = TypedData.StructHash(s_typeHash, w => w.Hash(s_name).Hash(s_version).Number(chainId).Account(rollup));
    }

    /// <summary>EIP-155 chain id.</summary>
    public ulong ChainId { get; }

    /// <summary>Address of TeeTeeRollup.</summary>
    public Address Rollup { get; }

    /// <summary>EIP-712 domain separator.</summary>
    public Bytes32 Separator { get; }

    /// <summary>The digest that is signed. Of a <see cref="JobRequest"/> it is the job id.</summary>
    public Bytes32 Digest<T>(T message)
        where T : class, ITypedMessage<T> => TypedData.Digest(Separator, message.StructHash());

    /// <summary>Signs a message under this domain.</summary>
    public Signed<T> Sign<T>(T message, IDigestSigner signer)
        where T : class, ITypedMessage<T> => new(message, signer.Sign(Digest(message)));

    /// <summary>The address that signed, or null where the signature is not one of any key.</summary>
    public Address? Signer<T>(Signed<T> signed, ISignatureRecovery recovery)
        where T : class, ITypedMessage<T> => recovery.Recover(Digest(signed.Message), signed.Signature);
}
