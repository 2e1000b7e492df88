namespace TeeTee.Primitives.Tests;

public sealed class RlpTests
{
    // Ethereum's RLP page and tests (ethereum/tests, RLPTests/rlptest.json).
    [Theory]
    [InlineData("dog", "0x83646f67")]
    [InlineData("", "0x80")]
    [InlineData("a", "0x61")]
    [InlineData("Lorem ipsum dolor sit amet, consectetur adipisicing elit", "0xb8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c6974")]
    public void Encode_KnownText_IsKnown(string text, string expected)
    {
        var encoded = Rlp.Encode(RlpItem.FromBytes(System.Text.Encoding.ASCII.GetBytes(text)));
        Assert.Equal(expected, Hex.Encode(encoded));
        Assert.Equal(text, System.Text.Encoding.ASCII.GetString(Rlp.Decode(encoded).Data));
    }

    [Fact]
    public void Encode_SetTheoreticThree_IsKnown()
    {
        var empty = RlpItem.FromList();
        var one = RlpItem.FromList(empty);
        var three = RlpItem.FromList(empty, one, RlpItem.FromList(empty, one));
        Assert.Equal("0xc7c0c1c0c3c0c1c0", Hex.Encode(Rlp.Encode(three)));
        Assert.Equal("0x820400", Hex.Encode(Rlp.Encode(RlpItem.FromNumber((UInt128)1024))));
        Assert.Equal("0x80", Hex.Encode(Rlp.Encode(RlpItem.FromNumber(UInt128.Zero))));
    }

    // invalidRLPTest.json's kinds: truncated, long form for short data, leading zeros, bytes after the end.
    [Theory]
    [InlineData("0x")]
    [InlineData("0x8100")]
    [InlineData("0x817f")]
    [InlineData("0xb800")]
    [InlineData("0xb83700")]
    [InlineData("0xb90037")]
    [InlineData("0xb900")]
    [InlineData("0xbf0f000000000000021111")]
    [InlineData("0xbfffffffffffffffff")]
    [InlineData("0xf800")]
    [InlineData("0xf80100")]
    [InlineData("0xff0f000000000000021111")]
    [InlineData("0xc3c0")]
    [InlineData("0x83646f")]
    [InlineData("0x83646f6700")]
    public void Decode_NotCanonical_Throws(string hex)
    {
        var data = Hex.Decode(hex);
        Assert.Throws<MalformedDataException>(() => Rlp.Decode(data));
    }

    [Fact]
    public void Decode_DeepNesting_ThrowsWithoutOverflow()
    {
        // c0, c1 c0, c2 c1 c0 ... in long form: 100,000 levels.
        List<byte[]> prefixes = [];
        var length = 1;
        for (var i = 0; i < 100_000; i++)
        {
            var prefix = length <= 55 ? new[] { (byte)(0xc0 + length) } : [0xfa, (byte)(length >> 16), (byte)(length >> 8), (byte)length];
            if (length is > 55 and <= 255)
                prefix = [0xf8, (byte)length];
            else if (length is > 255 and <= 65535)
                prefix = [0xf9, (byte)(length >> 8), (byte)length];
            prefixes.Add(prefix);
            length += prefix.Length;
        }
        prefixes.Reverse();
        byte[] data = [.. prefixes.SelectMany(prefix => prefix), 0xc0];
        var error = Assert.Throws<MalformedDataException>(() => Rlp.Decode(data));
        Assert.Contains("nested", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_RandomMutations_IsMalformedOrCanonical()
    {
        Random random = new(9);
        var item = RlpItem.FromList(
            RlpItem.FromNumber((UInt128)7), RlpItem.FromBytes(new byte[60]), RlpItem.FromList(RlpItem.FromBytes("dog"u8), RlpItem.FromList()));
        var data = Rlp.Encode(item);
        for (var length = 0; length < data.Length; length++)
            Assert.Throws<MalformedDataException>(() => Rlp.Decode(data.AsSpan(0, length)));
        for (var i = 0; i < 20_000; i++)
        {
            var mutated = (byte[])data.Clone();
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            try
            {
                Assert.Equal(mutated, Rlp.Encode(Rlp.Decode(mutated)));
            }
            catch (MalformedDataException)
            {
                // Refused, as it should be.
            }
        }
    }
}
