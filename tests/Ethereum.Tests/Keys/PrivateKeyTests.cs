using TeeTee.Primitives;

namespace TeeTee.Ethereum.Tests.Keys;

public sealed class PrivateKeyTests
{
    private const string Order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

    [Theory]
    [InlineData("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000001", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")]
    public void Address_KnownKey_IsKnown(string secret, string expected) =>
        Assert.Equal(expected, PrivateKey.Parse(secret).Address.ToString());

    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(Order)]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0x01")]
    [InlineData("not hex")]
    public void Parse_InvalidSecret_ThrowsWithoutRepeatingIt(string secret)
    {
        var error = Assert.Throws<FormatException>(() => PrivateKey.Parse(secret));
        Assert.DoesNotContain(secret, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_AnyKey_HidesSecret()
    {
        var key = PrivateKey.Parse(AnvilProcess.Keys[0]);
        Assert.Equal(key.Address.ToString(), key.ToString());
    }

    [Fact]
    public void Recover_RandomSignatures_FindSigner()
    {
        Random random = new(1);
        var digest = new byte[32];
        for (var i = 0; i < 100; i++)
        {
            var key = PrivateKey.Generate();
            random.NextBytes(digest);
            var signature = key.Sign(new Bytes32(digest));
            Assert.Equal(key.Address, Secp256k1Recovery.Instance.Recover(new Bytes32(digest), signature));
            Assert.Equal(signature, key.Sign(new Bytes32(digest)));
        }
    }

    [Fact]
    public void Recover_HighS_IsNull()
    {
        var key = PrivateKey.Parse(AnvilProcess.Keys[0]);
        var digest = Keccak256.Hash([1]);
        var signature = key.Sign(digest);
        System.Numerics.BigInteger order = new(Hex.Decode(Order), isUnsigned: true, isBigEndian: true);
        System.Numerics.BigInteger s = new(signature.S.ToArray(), isUnsigned: true, isBigEndian: true);
        var high = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        Signature twin = new(signature.R, new Bytes32(high), (byte)(55 - signature.V));
        Assert.Null(Secp256k1Recovery.Instance.Recover(digest, twin));
    }

    [Fact]
    public void Recover_HostileSignatures_NeverThrow()
    {
        Random random = new(2);
        Bytes32[] edges =
        [
            Bytes32.Zero, Bytes32.Parse(Order), Bytes32.Parse("0x" + new string('f', 64)),
            Bytes32.Parse("0x" + new string('0', 63) + "1"), Bytes32.Parse("0x" + new string('0', 63) + "5"),
        ];
        foreach (var r in edges)
        {
            foreach (var s in edges)
            {
                foreach (var v in (byte[])[27, 28])
                {
                    var recovered = Secp256k1Recovery.Instance.Recover(Bytes32.Zero, new Signature(r, s, v));
                    if (r.IsZero || s.IsZero || r >= edges[1] || s >= edges[1])
                        Assert.Null(recovered);
                }
            }
        }
        Assert.Null(Secp256k1Recovery.Instance.Recover(Bytes32.Zero, default));
        var data = new byte[64];
        var found = 0;
        for (var i = 0; i < 200; i++)
        {
            random.NextBytes(data);
            data[32] &= 0x7f;
            Signature signature = new(new Bytes32(data.AsSpan(0, 32)), new Bytes32(data.AsSpan(32)), 27);
            found += Secp256k1Recovery.Instance.Recover(new Bytes32(data.AsSpan(0, 32)), signature) is null ? 0 : 1;
        }
        // About half of all x coordinates lie on the curve.
        Assert.InRange(found, 60, 140);
    }
}
