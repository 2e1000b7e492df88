using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>ECDSA over secp256k1 (SEC 1, SEC 2) as Ethereum uses it.</summary>
internal static class Secp256k1
{
    // SEC 2, version 2, section 2.4.1; the custom curve has the field arithmetic written out.
    private static readonly X9ECParameters s_parameters = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger s_halfOrder = s_parameters.N.ShiftRight(1);
    private static readonly BigInteger s_fieldPrime = s_parameters.Curve.Field.Characteristic;

    public static BigInteger Order { get; } = s_parameters.N;

    /// <summary>The 64 bytes x || y of the key's public point.</summary>
    public static byte[] PublicKey(BigInteger secret) => Uncompressed(TimesBase(secret));

    /// <summary>The last 20 bytes of the Keccak-256 of x || y.</summary>
    public static Address ToAddress(ReadOnlySpan<byte> publicKey) => new(Keccak256.Hash(publicKey).ToArray().AsSpan(12));

    /// <summary>A signature with the nonce of RFC 6979 (HMAC-SHA-256) and low s (EIP-2).</summary>
    public static Signature Sign(BigInteger secret, Bytes32 digest)
    {
        var message = digest.ToArray();
        HMacDsaKCalculator nonces = new(new Sha256Digest());
        nonces.Init(Order, secret, message);
        BigInteger z = new(1, message);
        while (true)
        {
            var k = nonces.NextK();
            var point = TimesBase(k);
            var x = point.AffineXCoord.ToBigInteger();
            var s = k.ModInverse(Order).Multiply(z.Add(secret.Multiply(x))).Mod(Order);
            // v has no room for the one x in 2^128 that is not below the order; RFC 6979 just goes on to the next nonce.
            if (x.SignValue == 0 || x.CompareTo(Order) >= 0 || s.SignValue == 0)
                continue;
            var odd = point.AffineYCoord.TestBitZero();
            if (s.CompareTo(s_halfOrder) > 0)
                (s, odd) = (Order.Subtract(s), !odd);
            return new Signature(ToBytes32(x), ToBytes32(s), odd ? (byte)28 : (byte)27);
        }
    }

    /// <summary>The public key x || y that made the signature (SEC 1, section 4.1.6), or null.</summary>
    public static byte[]? Recover(Bytes32 digest, Signature signature)
    {
        BigInteger r = new(1, signature.R.ToArray());
        BigInteger s = new(1, signature.S.ToArray());
        if (signature.V is not (27 or 28) || r.SignValue == 0 || s.SignValue == 0
            || r.CompareTo(Order) >= 0 || s.CompareTo(s_halfOrder) > 0 || NoncePoint(r, signature.V == 28) is not { } point)
            return null;
        var inverse = r.ModInverse(Order);
        var u1 = Order.Subtract(new BigInteger(1, digest.ToArray()).Mod(Order)).Multiply(inverse).Mod(Order);
        var u2 = s.Multiply(inverse).Mod(Order);
        var key = ECAlgorithms.SumOfTwoMultiplies(s_parameters.G, u1, point, u2).Normalize();
        return key.IsInfinity ? null : Uncompressed(key);
    }

    public static Bytes32 ToBytes32(BigInteger value)
    {
        var bytes = value.ToByteArrayUnsigned();
        Span<byte> padded = stackalloc byte[Bytes32.Size];
        padded.Clear();
        bytes.CopyTo(padded[(Bytes32.Size - bytes.Length)..]);
        return new Bytes32(padded);
    }

    /// <summary>The point with this x and parity of y, or null if x is on no point (y^2 = x^3 + 7).</summary>
    private static ECPoint? NoncePoint(BigInteger x, bool odd)
    {
        if (x.CompareTo(s_fieldPrime) >= 0)
            return null;
        var curve = s_parameters.Curve;
        var field = curve.FromBigInteger(x);
        var y = field.Square().Multiply(field).Add(curve.B).Sqrt();
        if (y is null)
            return null;
        return curve.CreatePoint(x, (y.TestBitZero() == odd ? y : y.Negate()).ToBigInteger());
    }

    private static ECPoint TimesBase(BigInteger scalar) =>
        new FixedPointCombMultiplier().Multiply(s_parameters.G, scalar).Normalize();

    private static byte[] Uncompressed(ECPoint point) => point.GetEncoded(compressed: false)[1..];
}
