using System.Text.Json;

namespace TeeTee.Primitives.Tests;

public sealed class Bytes32Tests
{
    private const string Text = "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    [Fact]
    public void Parse_AnyCase_ReturnsItself()
    {
        var value = Bytes32.Parse(Text);
        Assert.Equal(Text, value.ToString());
        Assert.Equal(value, Bytes32.Parse("0x" + Text[2..].ToUpperInvariant()));
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (byte)i), value.ToArray());
        Assert.Equal(value, new Bytes32(value.ToArray()));
        Assert.False(value.IsZero);
        Assert.True(default(Bytes32).IsZero);
        Assert.Equal(value, JsonSerializer.Deserialize<Bytes32>(JsonSerializer.Serialize(value)));
    }

    [Theory]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    [InlineData("0x0001")]
    [InlineData("0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g")]
    [InlineData("0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00")]
    [InlineData(null)]
    public void TryParse_WrongText_Refuses(string? text) => Assert.False(Bytes32.TryParse(text, out _));

    [Fact]
    public void CompareTo_EachByte_IsLexicographic()
    {
        for (var i = 0; i < 32; i++)
        {
            var (low, high) = (new byte[32], new byte[32]);
            low[i] = 0x7f;
            high[i] = 0x80;
            low.AsSpan(i + 1).Fill(0xff);
            Assert.True(new Bytes32(low) < new Bytes32(high));
            Assert.True(new Bytes32(high) >= new Bytes32(low));
            Assert.NotEqual(new Bytes32(low), new Bytes32(high));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Constructor_WrongLength_ThrowsWithBoth(int length)
    {
        var error = Assert.Throws<ArgumentException>(() => new Bytes32(new byte[length]));
        Assert.Contains($"got {length}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Signature_AllForms_ReturnItself()
    {
        Signature signature = new(Bytes32.Parse(Text), Keccak256.Hash([1]), 27);
        Assert.Equal(signature, Signature.Parse(signature.ToString()));
        Assert.Equal(signature, new Signature(signature.ToArray()));
        Assert.Equal(signature, JsonSerializer.Deserialize<Signature>(JsonSerializer.Serialize(signature)));
        Assert.EndsWith("1b", signature.ToString(), StringComparison.Ordinal);
        Assert.False(Signature.TryParse(signature.ToString()[..^2] + "1d", out _));
        Assert.False(Signature.TryParse(signature.ToString()[..^2] + "00", out _));
        Assert.Throws<ArgumentException>(() => new Signature(default, default, 0));
        Assert.Throws<ArgumentException>(() => new Signature(new byte[64]));
    }

    [Fact]
    public void Hex_OddOrForeignDigits_AreRefused()
    {
        Assert.Equal([0xab, 0xcd], Hex.Decode("0xABcd"));
        Assert.Equal([0xab], Hex.Decode("ab"));
        Assert.Empty(Hex.Decode("0x"));
        Assert.Throws<FormatException>(() => Hex.Decode("0xabc"));
        Assert.Throws<FormatException>(() => Hex.Decode("zz"));
    }
}
