using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using TeeTee.Grpc.Tests.Messages;
using TeeTee.Grpc.Tests.Support;

namespace TeeTee.Grpc.Tests;

public class CallTests
{
    [Fact]
    public async Task Unary_WithMetadata_ReturnsMessageHeadersAndTrailers()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        GrpcMetadata metadata = new();
        metadata.Add("x-text", "a, b");
        metadata.AddBinary("x-data-bin", [0, 255, 7]);

        GrpcResponse<EchoMessage> response = await channel.UnaryWithMetadataAsync(
            EchoMethods.Unary, new EchoMessage { Text = "\u00fc", Count = 7 }, new() { Metadata = metadata }).Within();

        Assert.Equal(new EchoMessage { Text = "\u00fc", Count = 7 }, response.Message);
        Assert.Equal("a, b", response.Headers.GetText("x-text"));
        Assert.Equal([0, 255, 7], response.Headers.GetBinary("x-data-bin")!.Value.ToArray());
        Assert.Equal("end", response.Trailers.GetText("echo-trailer"));
    }

    [Fact]
    public async Task Unary_HandlerFails_CarriesStatusAndTrailers()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();

        GrpcException e = await Bounded.FailsWith(
            GrpcStatusCode.InvalidArgument, () => channel.UnaryAsync(EchoMethods.Unary, new EchoMessage { Text = "fail" }));

        Assert.Equal(EchoHandlers.FailText, e.Message);
        Assert.Equal("test", e.Trailers.GetText("reason"));
        Assert.Equal("end", e.Trailers.GetText("echo-trailer"));
        Assert.Equal(EchoHandlers.FailDetail, e.Trailers.GetBinary("detail-bin")!.Value.ToArray());
    }

    [Fact]
    public async Task Unary_HandlerThrows_IsUnknownWithoutItsText()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();

        GrpcException e = await Bounded.FailsWith(
            GrpcStatusCode.Unknown, () => channel.UnaryAsync(EchoMethods.Unary, new EchoMessage { Text = "boom" }));

        Assert.DoesNotContain(EchoHandlers.Secret, e.ToString());
    }

    [Fact]
    public async Task Unary_UnknownMethod_IsUnimplemented()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();

        await Bounded.FailsWith(
            GrpcStatusCode.Unimplemented, () => channel.UnaryAsync(EchoMethods.Missing, new EchoMessage()));
    }

    [Fact]
    public async Task ServerStreaming_ManyMessages_ArriveInOrder()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.ServerStreaming(EchoMethods.Expand, new EchoMessage { Count = 1_000 });

        List<EchoMessage> messages = await call.ReadAllAsync(default).ToListAsync();

        Assert.Equal(Enumerable.Range(0, 1_000), messages.Select(m => m.Count));
        Assert.Equal(GrpcStatus.Ok, call.Status);
        Assert.DoesNotContain(call.Trailers, t => t.Key.StartsWith("grpc", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServerStreaming_FailureAfterMessages_KeepsTheMessages()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.ServerStreaming(EchoMethods.Expand, new EchoMessage { Count = 2, Text = "fail" });

        Assert.Equal(0, (await call.ReadAsync(default).Within())!.Count);
        Assert.Equal(1, (await call.ReadAsync(default).Within())!.Count);
        GrpcException e = await Bounded.FailsWith(GrpcStatusCode.Aborted, () => call.ReadAsync(default).AsTask());

        Assert.Equal("after 2", e.Message);
        Assert.Equal(e.Status, call.Status);
    }

    [Fact]
    public async Task ClientStreaming_Requests_AreAllSeen()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();

        EchoMessage sum = await channel.ClientStreamingAsync(EchoMethods.Collect, Numbers(100)).Within();

        Assert.Equal(4_950, sum.Count);
    }

    [Fact]
    public async Task ClientStreaming_ServerRefusesEarly_TellsTheStatus()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();

        GrpcException e = await Bounded.FailsWith(
            GrpcStatusCode.OutOfRange, () => channel.ClientStreamingAsync(EchoMethods.Collect, Numbers(100_000, fail: true)));

        Assert.Equal("enough", e.Message);
    }

    [Fact]
    public async Task Duplex_ThousandRoundTrips_EachIsAnswered()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.DuplexStreaming(EchoMethods.Chat);
        for (int i = 0; i < 1_000; i++)
        {
            await call.WriteAsync(new EchoMessage { Count = i }, default).Within();
            Assert.Equal(i, (await call.ReadAsync(default).Within())!.Count);
        }

        await call.CompleteAsync(default).Within();
        Assert.Null(await call.ReadAsync(default).Within());
        Assert.Equal(GrpcStatus.Ok, call.Status);
        await server.Handlers.ChatsLeft.Within();
    }

    [Fact]
    public async Task Duplex_ServerClosesFirst_EndsTheCallAndItsWrites()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.DuplexStreaming(EchoMethods.Chat);

        await call.GetHeadersAsync(default).Within();
        await call.WriteAsync(new EchoMessage { Text = "close" }, default).Within();

        Assert.Null(await call.ReadAsync(default).Within());
        Assert.Equal(GrpcStatus.Ok, call.Status);
        await Bounded.FailsWith(GrpcStatusCode.Cancelled, () => call.WriteAsync(new EchoMessage(), default).AsTask());
    }

    [Fact]
    public async Task Duplex_WriteAfterComplete_Throws()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        server.Handlers.ChatMayRead = Task.Delay(Bounded.Limit);
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.DuplexStreaming(EchoMethods.Chat);
        await call.GetHeadersAsync(default).Within();
        await call.CompleteAsync(default).Within();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => call.WriteAsync(new EchoMessage(), default).Within());
    }

    [Fact]
    public async Task Duplex_UnknownMethod_IsUnimplementedForTheReader()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        GrpcMethod<EchoMessage, EchoMessage> missing = new(
            "teetee.test.Echo", "Missing", GrpcMethodType.DuplexStreaming, EchoMessage.Parser, EchoMessage.Parser);
        await using var call = channel.DuplexStreaming(missing);

        await Bounded.FailsWith(GrpcStatusCode.Unimplemented, () => call.ReadAsync(default).AsTask());
        await Bounded.FailsWith(GrpcStatusCode.Unimplemented, () => call.WriteAsync(new EchoMessage(), default).AsTask());
    }

    [Fact]
    public async Task Channel_ManyCallsAtOnce_KeepsThemApart()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();

        IEnumerable<Task> unary = Enumerable.Range(0, 300).Select(async i =>
        {
            ByteString payload = ByteString.CopyFrom(new byte[i * 100]);
            EchoMessage answer = await channel.UnaryAsync(EchoMethods.Unary, new EchoMessage { Count = i, Payload = payload });
            Assert.Equal((i, payload), (answer.Count, answer.Payload));
        });
        IEnumerable<Task> duplex = Enumerable.Range(0, 30).Select(async i =>
        {
            await using var call = channel.DuplexStreaming(EchoMethods.Chat);
            for (int n = 0; n < 20; n++)
                await call.WriteAsync(new EchoMessage { Count = (i * 100) + n }, default);
            await call.CompleteAsync(default);
            List<EchoMessage> all = await call.ReadAllAsync(default).ToListAsync();
            Assert.Equal(Enumerable.Range(i * 100, 20), all.Select(m => m.Count));
        });

        await Task.WhenAll([.. unary, .. duplex]).Within();
    }

    [Fact]
    public async Task Duplex_ConcurrentWriters_FramesStayWhole()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.DuplexStreaming(EchoMethods.Chat);
        ByteString payload = ByteString.CopyFrom(new byte[50_000]);

        Task<List<EchoMessage>> reading = call.ReadAllAsync(default).ToListAsync();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i =>
            call.WriteAsync(new EchoMessage { Count = i, Payload = payload }, default).AsTask())).Within();
        await call.CompleteAsync(default).Within();

        Assert.Equal(Enumerable.Range(0, 64), (await reading).Select(m => m.Count).Order());
    }

    [Fact]
    public async Task Unary_OverTls_NeedsTheTrustedCertificate()
    {
        using X509Certificate2 certificate = CreateCertificate();
        await using EchoServer server = await EchoServer.StartAsync(certificate: certificate);
        using GrpcChannel trusting = server.CreateChannel(new GrpcChannelOptions
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, seen, _, _) =>
                    seen!.GetCertHashString() == certificate.GetCertHashString(),
            },
        });
        using GrpcChannel strict = server.CreateChannel();

        EchoMessage answer = await trusting.UnaryAsync(EchoMethods.Unary, new EchoMessage { Text = "tls" }).Within();

        Assert.Equal("tls", answer.Text);
        await Bounded.FailsWith(
            GrpcStatusCode.Unavailable, () => strict.UnaryAsync(EchoMethods.Unary, new EchoMessage()));
    }

    private static async IAsyncEnumerable<EchoMessage> Numbers(int count, bool fail = false)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return new EchoMessage { Count = i, Text = fail && i == 10 ? "fail" : "" };
        }
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
