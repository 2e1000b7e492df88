using TeeTee.Grpc.Tests.Messages;
using TeeTee.Grpc.Tests.Support;

namespace TeeTee.Grpc.Tests;

public class GrpcMethodTests
{
    [Theory]
    [InlineData("", "Name")]
    [InlineData("a.Service", "")]
    [InlineData("a/Service", "Name")]
    [InlineData("a.Service", "Na.me")]
    [InlineData("a.Service", "{x}")]
    public void Constructor_MalformedName_Throws(string service, string name) =>
        Assert.ThrowsAny<ArgumentException>(() => new GrpcMethod<EchoMessage, EchoMessage>(
            service, name, GrpcMethodType.Unary, EchoMessage.Parser, EchoMessage.Parser));

    [Fact]
    public async Task Channel_MethodOfAnotherKind_Throws()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(new Uri("http://localhost:1"));

        await Assert.ThrowsAsync<ArgumentException>(() => channel.UnaryAsync(EchoMethods.Chat, new EchoMessage()));
        Assert.Throws<ArgumentException>(() => channel.DuplexStreaming(EchoMethods.Unary));
        Assert.Throws<ArgumentException>(() => channel.ServerStreaming(EchoMethods.Unary, new EchoMessage()));
    }

    [Theory]
    [InlineData("ftp://host")]
    [InlineData("http://host/path")]
    [InlineData("http://host/?query")]
    public void ForAddress_NotAPlainAddress_Throws(string address) =>
        Assert.Throws<ArgumentException>(() => GrpcChannel.ForAddress(new Uri(address)));

    [Fact]
    public void GrpcException_StatusOk_Throws() =>
        Assert.Throws<ArgumentException>(() => new GrpcException(GrpcStatusCode.Ok, "fine"));
}
