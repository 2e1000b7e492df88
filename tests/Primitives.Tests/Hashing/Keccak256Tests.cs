using System.Text;

namespace TeeTee.Primitives.Tests.Hashing;

public sealed class Keccak256Tests
{
    // The Keccak team's ShortMsgKAT (empty) and well-known Ethereum values.
    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("testing", "0x5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02")]
    public void Hash_KnownText_IsKnown(string text, string expected) =>
        Assert.Equal(expected, Keccak256.Hash(Encoding.ASCII.GetBytes(text)).ToString());

    [Fact]
    public void Finish_AnySplit_EqualsOneShot()
    {
        Random random = new(7);
        Keccak256 incremental = new();
        for (var length = 0; length < 600; length += 7)
        {
            var data = new byte[length];
            random.NextBytes(data);
            for (var at = 0; at < length;)
            {
                var take = random.Next(1, 1 + Math.Min(200, length - at));
                incremental.Append(data.AsSpan(at, take));
                at += take;
            }
            Assert.Equal(Keccak256.Hash(data), incremental.Finish());
        }
    }
}
