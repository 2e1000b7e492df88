using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>Recovers signers like the contract's checked ecrecover: high s, and r or s out of range, recover nothing.</summary>
public sealed class Secp256k1Recovery : ISignatureRecovery
{
    /// <summary>The only instance needed; safe to share.</summary>
    public static Secp256k1Recovery Instance { get; } = new();

    public Address? Recover(Bytes32 digest, Signature signature) =>
        Secp256k1.Recover(digest, signature) is { } key ? Secp256k1.ToAddress(key) : null;
}
