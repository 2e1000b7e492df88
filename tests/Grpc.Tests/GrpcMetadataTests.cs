using FsCheck;
using FsCheck.Fluent;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Tests;

public class GrpcMetadataTests
{
    [Fact]
    public void TryAdd_AnyBinaryValue_ReturnsItself() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            GrpcMetadata sent = new();
            sent.AddBinary("Data-Bin", bytes ?? []);
            string header = MetadataCodec.ToHeader(sent.Single());
            GrpcMetadata received = new();
            Assert.DoesNotContain('=', header);
            Assert.True(MetadataCodec.TryAdd(received, "data-bin", header));
            Assert.Equal(bytes ?? [], received.GetBinary("data-bin")!.Value.ToArray());
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("AAE=", "0001")]
    [InlineData("AAE", "0001")]
    [InlineData("AAH+,/w, AA==", "0001FE|FF|00")]
    [InlineData("", "")]
    public void TryAdd_Base64_TakesPaddedUnpaddedAndJoined(string header, string expected)
    {
        GrpcMetadata metadata = new();

        Assert.True(MetadataCodec.TryAdd(metadata, "x-bin", header));

        Assert.Equal(expected, string.Join('|', metadata.Select(e => Convert.ToHexString(e.Bytes.Span))));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("A*==")]
    [InlineData("AA AA")]
    [InlineData("AAAAA")]
    [InlineData("\u00fcAAA")]
    public void TryAdd_NotBase64_IsRefused(string header) =>
        Assert.False(MetadataCodec.TryAdd(new GrpcMetadata(), "x-bin", header));

    [Theory]
    [InlineData(":authority")]
    [InlineData("grpc-timeout")]
    [InlineData("grpc-status")]
    [InlineData("Content-Type")]
    [InlineData("te")]
    [InlineData("user-agent")]
    [InlineData("host")]
    public void TryAdd_NameOfTheTransport_IsPassedOver(string name)
    {
        GrpcMetadata metadata = new();

        Assert.True(MetadataCodec.TryAdd(metadata, name, "value"));

        Assert.Empty(metadata);
    }

    [Theory]
    [InlineData("grpc-encoding", "x")]
    [InlineData("te", "x")]
    [InlineData("white space", "x")]
    [InlineData("\u00fc", "x")]
    [InlineData("data-bin", "x")]
    [InlineData("text", "line\nbreak")]
    [InlineData("text", "\u00fc")]
    [InlineData("text", " outer")]
    public void Add_MalformedOrReserved_Throws(string name, string value) =>
        Assert.Throws<ArgumentException>(() => new GrpcMetadata().Add(name, value));

    [Fact]
    public void AddBinary_NameWithoutSuffix_Throws() =>
        Assert.Throws<ArgumentException>(() => new GrpcMetadata().AddBinary("data", [1]));

    [Fact]
    public void GetText_RepeatedName_GivesTheFirstAndKeepsTheOrder()
    {
        GrpcMetadata metadata = new();
        metadata.Add("Name", "one");
        metadata.Add("name", "two");
        metadata.AddBinary("grpc-status-details-bin", [1]);

        Assert.Equal("one", metadata.GetText("NAME"));
        Assert.Equal(["one", "two"], metadata.Where(e => e.Key == "name").Select(e => e.Text));
        Assert.Null(metadata.GetText("other"));
        Assert.Throws<InvalidOperationException>(() => metadata.Last().Text);
        Assert.Throws<InvalidOperationException>(() => metadata.First().Bytes);
    }
}
