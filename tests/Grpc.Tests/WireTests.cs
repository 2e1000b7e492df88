using System.Net;
using Microsoft.AspNetCore.Http;
using TeeTee.Grpc.Tests.Messages;
using TeeTee.Grpc.Tests.Support;

namespace TeeTee.Grpc.Tests;

/// <summary>What the server answers to requests that no decent client sends.</summary>
public class WireTests
{
    private static readonly byte[] s_valid = Frames.Of(new EchoMessage { Text = "x" });

    [Fact]
    public async Task Server_ValidRequest_AnswersInTheProtocolsForm()
    {
        await using EchoServer server = await EchoServer.StartAsync();

        var answer = await RawCall.SendAsync(server.Address, EchoMethods.Unary.Path, s_valid, "application/grpc+proto");

        Assert.Equal((HttpStatusCode.OK, "0", null), (answer.Http, answer.Status, answer.Message));
        Assert.Equal("application/grpc", answer.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal("identity", answer.Response.Headers.GetValues("grpc-accept-encoding").Single());
        Assert.Equal(s_valid, await answer.Response.Content.ReadAsByteArrayAsync());
        Assert.True(answer.Response.TrailingHeaders.Contains("grpc-status"));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc+json")]
    [InlineData("application/grpc-web")]
    [InlineData("")]
    public async Task Server_OtherContentType_Is415(string contentType)
    {
        await using EchoServer server = await EchoServer.StartAsync();

        var answer = await RawCall.SendAsync(server.Address, EchoMethods.Unary.Path, s_valid, contentType);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Http);
    }

    [Fact]
    public async Task Server_Http1_AsksForHttp2()
    {
        await using EchoServer server = await EchoServer.StartAsync(http1: true);
        using HttpClient client = new();
        using ByteArrayContent body = new(s_valid);
        body.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");

        HttpResponseMessage answer = await client.PostAsync(new Uri(server.Address, EchoMethods.Unary.Path), body).Within();

        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
    }

    [Theory]
    [InlineData("/teetee.test.Echo/Missing", "application/grpc", HttpStatusCode.OK, "12")]
    [InlineData("/teetee.test.echo/unary", "application/grpc", HttpStatusCode.OK, "12")]
    [InlineData("/other/Unary", "application/grpc", HttpStatusCode.OK, "12")]
    [InlineData("/other/Unary", "text/plain", HttpStatusCode.NotFound, null)]
    public async Task Server_UnknownPath_IsUnimplementedForGrpcOnly(
        string path, string contentType, HttpStatusCode http, string? status)
    {
        await using EchoServer server = await EchoServer.StartAsync();

        var answer = await RawCall.SendAsync(server.Address, path, s_valid, contentType);

        Assert.Equal((http, status), (answer.Http, answer.Status));
    }

    [Theory]
    [InlineData("grpc-encoding", "gzip", "12")]
    [InlineData("grpc-encoding", "identity", "0")]
    [InlineData("grpc-timeout", "soon", "13")]
    [InlineData("grpc-timeout", "0S", "4")]
    [InlineData("grpc-timeout", "99999999H", "0")]
    [InlineData("x-data-bin", "*", "13")]
    [InlineData("x-data-bin", "AA==", "0")]
    [InlineData("grpc-accept-encoding", "gzip", "0")]
    public async Task Server_Header_IsHeeded(string name, string value, string status)
    {
        await using EchoServer server = await EchoServer.StartAsync();

        var answer = await RawCall.SendAsync(
            server.Address, EchoMethods.Unary.Path, s_valid, headers: [(name, value)]);

        Assert.Equal((HttpStatusCode.OK, status), (answer.Http, answer.Status));
        Assert.Equal("identity", answer.Response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Theory]
    [InlineData("", "13")]
    [InlineData("00", "13")]
    [InlineData("0000000001", "13")]
    [InlineData("00FFFFFFFF", "8")]
    [InlineData("0100000000", "13")]
    [InlineData("0700000000", "13")]
    [InlineData("0000000003FFFFFF", "13")]
    [InlineData("00000000000000000000", "13")]
    [InlineData("0000000000", "0")]
    public async Task Server_Body_IsJudged(string body, string status)
    {
        await using EchoServer server = await EchoServer.StartAsync();

        var answer = await RawCall.SendAsync(server.Address, EchoMethods.Unary.Path, Convert.FromHexString(body));

        Assert.Equal((HttpStatusCode.OK, status), (answer.Http, answer.Status));
    }

    [Fact]
    public async Task Server_MutatedBodies_AlwaysAnswerAStatus()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        Random random = new(7);
        byte[] valid = Frames.Of(new EchoMessage { Text = "mutate", Count = 3 });
        for (int round = 0; round < 60; round++)
        {
            byte[] body = [.. valid];
            for (int i = random.Next(1, 4); i > 0; i--)
                body[random.Next(body.Length)] = (byte)random.Next(256);
            var answer = await RawCall.SendAsync(server.Address, EchoMethods.Unary.Path, body);
            Assert.Contains(answer.Status, new[] { "0", "2", "3", "8", "13" });
        }
    }

    [Theory]
    [InlineData(400, GrpcStatusCode.Internal)]
    [InlineData(401, GrpcStatusCode.Unauthenticated)]
    [InlineData(403, GrpcStatusCode.PermissionDenied)]
    [InlineData(404, GrpcStatusCode.Unimplemented)]
    [InlineData(429, GrpcStatusCode.Unavailable)]
    [InlineData(500, GrpcStatusCode.Unknown)]
    [InlineData(502, GrpcStatusCode.Unavailable)]
    [InlineData(503, GrpcStatusCode.Unavailable)]
    [InlineData(504, GrpcStatusCode.Unavailable)]
    [InlineData(200, GrpcStatusCode.Unknown)]
    public async Task Client_AnswerThatIsNotGrpc_IsMapped(int http, GrpcStatusCode code)
    {
        await using EchoServer server = await EchoServer.StartRawAsync(context =>
        {
            context.Response.StatusCode = http;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html>");
        });

        await FailsWith(server, code);
    }

    [Theory]
    [InlineData("3", GrpcStatusCode.InvalidArgument)]
    [InlineData("99", GrpcStatusCode.Unknown)]
    [InlineData("x", GrpcStatusCode.Unknown)]
    [InlineData("-1", GrpcStatusCode.Unknown)]
    [InlineData("0", GrpcStatusCode.Internal)]
    [InlineData(null, GrpcStatusCode.Unknown)]
    public async Task Client_StatusWithoutMessage_IsTold(string? status, GrpcStatusCode code)
    {
        foreach (bool trailersOnly in new[] { true, false })
        {
            await using EchoServer server = await EchoServer.StartRawAsync(context =>
            {
                context.Response.ContentType = "application/grpc";
                if (status is not null && trailersOnly)
                    context.Response.Headers["grpc-status"] = status;
                else if (status is not null)
                    context.Response.AppendTrailer("grpc-status", status);
                return Task.CompletedTask;
            });

            await FailsWith(server, code);
        }
    }

    [Theory]
    [InlineData("00FFFFFFFF", null, GrpcStatusCode.ResourceExhausted)]
    [InlineData("0100000000", null, GrpcStatusCode.Internal)]
    [InlineData("0000000005AA", null, GrpcStatusCode.Internal)]
    [InlineData("0000000003FFFFFF", null, GrpcStatusCode.Internal)]
    [InlineData("00000000000000000000", null, GrpcStatusCode.Internal)]
    [InlineData("0000000000", "gzip", GrpcStatusCode.Internal)]
    public async Task Client_BrokenResponse_FailsTheCall(string body, string? encoding, GrpcStatusCode code)
    {
        await using EchoServer server = await EchoServer.StartRawAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            if (encoding is not null)
                context.Response.Headers["grpc-encoding"] = encoding;
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Response.Body.WriteAsync(Convert.FromHexString(body));
        });

        await FailsWith(server, code);
    }

    [Fact]
    public async Task Client_StreamReset_IsMapped()
    {
        await using EchoServer server = await EchoServer.StartRawAsync(context =>
        {
            context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResetFeature>()!.Reset(0xb);
            return Task.CompletedTask;
        });

        await FailsWith(server, GrpcStatusCode.ResourceExhausted);
    }

    private static async Task FailsWith(EchoServer server, GrpcStatusCode code)
    {
        using GrpcChannel channel = server.CreateChannel();
        await Bounded.FailsWith(code, () => channel.UnaryAsync(EchoMethods.Unary, new EchoMessage()));
    }
}
