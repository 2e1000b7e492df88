using FsCheck;
using FsCheck.Fluent;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Tests;

public class StatusMessageTests
{
    [Theory]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("\u00fc\u20ac", "%C3%BC%E2%82%AC")]
    [InlineData("\U0001F600", "%F0%9F%98%80")]
    public void Encode_Text_EscapesOnlyWhatItMust(string text, string header)
    {
        Assert.Equal(header, StatusMessage.Encode(text));
        Assert.Equal(text, StatusMessage.Decode(header));
    }

    [Fact]
    public void Decode_AnyEncodedText_ReturnsItself() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            // A lone surrogate has no UTF-8; it arrives as the replacement character.
            string expected = string.Concat(text.Get.EnumerateRunes());
            string header = StatusMessage.Encode(text.Get);
            Assert.All(header, c => Assert.InRange(c, ' ', '~'));
            Assert.Equal(expected, StatusMessage.Decode(header));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz", "%zz")]
    [InlineData("100%!", "100%!")]
    [InlineData("%41%", "A%")]
    [InlineData("%FF", "\uFFFD")]
    public void Decode_BrokenEscape_StandsForItself(string header, string expected) =>
        Assert.Equal(expected, StatusMessage.Decode(header));

    [Fact]
    public void Encode_LongText_IsCutAtACharacter()
    {
        string header = StatusMessage.Encode(new string('\u20ac', 5_000));

        Assert.InRange(header.Length, StatusMessage.MaxEncodedLength - 8, StatusMessage.MaxEncodedLength);
        Assert.All(StatusMessage.Decode(header), c => Assert.Equal('\u20ac', c));
    }
}
