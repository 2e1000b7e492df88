using System.Text.Json;

namespace TeeTee.Primitives.Tests;

public sealed class AddressTests
{
    // EIP-55's own examples.
    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    public void ToString_Eip55Example_IsChecksummed(string text)
    {
        Assert.Equal(text, Address.Parse(text).ToString());
        Assert.Equal(text, Address.Parse("0x" + text[2..].ToLowerInvariant()).ToString());
        Assert.Equal(text, Address.Parse("0x" + text[2..].ToUpperInvariant()).ToString());
    }

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_WrongText_Refuses(string? text) => Assert.False(Address.TryParse(text, out _));

    [Fact]
    public void Json_KeyAndValue_ReturnThemselves()
    {
        var address = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        Dictionary<Address, Bytes32> map = new() { [address] = Keccak256.Hash([1]) };
        var json = JsonSerializer.Serialize(map);
        Assert.Contains(address.ToString(), json, StringComparison.Ordinal);
        Assert.Equal(map, JsonSerializer.Deserialize<Dictionary<Address, Bytes32>>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Address>("7"));
    }

    [Fact]
    public void CompareTo_Any_IsLexicographic()
    {
        Random random = new(3);
        for (var i = 0; i < 300; i++)
        {
            var (a, b) = (new byte[20], new byte[20]);
            random.NextBytes(a);
            a.CopyTo(b, 0);
            b[random.Next(20)] ^= (byte)random.Next(256);
            Assert.Equal(Math.Sign(a.AsSpan().SequenceCompareTo(b)), Math.Sign(new Address(a).CompareTo(new Address(b))));
            Assert.Equal(a.SequenceEqual(b), new Address(a) == new Address(b));
        }
    }

    [Theory]
    [InlineData(19)]
    [InlineData(21)]
    public void Constructor_WrongLength_Throws(int length) => Assert.Throws<ArgumentException>(() => new Address(new byte[length]));
}
