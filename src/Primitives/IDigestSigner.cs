namespace TeeTee.Primitives;

/// <summary>Signs 32-byte digests with one secp256k1 key.</summary>
public interface IDigestSigner
{
    /// <summary>The address that recovery gives for this signer's signatures.</summary>
    Address Address { get; }

    /// <summary>A deterministic signature (RFC 6979) with low s (EIP-2) over <paramref name="digest"/>.</summary>
    Signature Sign(Bytes32 digest);
}
