using System.Security.Cryptography;
using Org.BouncyCastle.Math;
using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>A secp256k1 private key. Its text form is its address; the secret leaves only through <see cref="CopySecretTo"/>.</summary>
public sealed class PrivateKey : IDigestSigner
{
    private readonly BigInteger _secret;
    private readonly byte[] _publicKey;

    /// <param name="secret">32 bytes, big-endian, from 1 to the curve's order minus 1.</param>
    /// <exception cref="ArgumentException">Another length, zero, or not below the order.</exception>
    public PrivateKey(ReadOnlySpan<byte> secret)
    {
        if (!IsValid(secret))
            throw new ArgumentException($"A private key has 32 bytes and is from 1 to the order minus 1; got {secret.Length} bytes.", nameof(secret));
        _secret = new BigInteger(1, secret.ToArray());
        _publicKey = Secp256k1.PublicKey(_secret);
        Address = Secp256k1.ToAddress(_publicKey);
    }

    public Address Address { get; }

    /// <summary>x || y, 64 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>A key from the system's random generator.</summary>
    public static PrivateKey Generate()
    {
        Span<byte> secret = stackalloc byte[32];
        do
            RandomNumberGenerator.Fill(secret);
        while (!IsValid(secret));
        PrivateKey key = new(secret);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>The key of 64 hex digits with or without <c>0x</c>. The message of the exception does not repeat the text.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static PrivateKey Parse(string hex) => Hex.TryDecode(hex, out var secret) && IsValid(secret)
        ? new PrivateKey(secret)
        : throw new FormatException("Not a private key: expected 64 hex digits of a number from 1 to the order minus 1.");

    public Signature Sign(Bytes32 digest) => Secp256k1.Sign(_secret, digest);

    /// <summary>Writes the 32 secret bytes to the start of <paramref name="target"/>, for key files.</summary>
    public void CopySecretTo(Span<byte> target) => Secp256k1.ToBytes32(_secret).CopyTo(target);

    /// <summary>The address, never the secret.</summary>
    public override string ToString() => Address.ToString();

    private static bool IsValid(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != 32)
            return false;
        BigInteger value = new(1, secret.ToArray());
        return value.SignValue > 0 && value.CompareTo(Secp256k1.Order) < 0;
    }
}
