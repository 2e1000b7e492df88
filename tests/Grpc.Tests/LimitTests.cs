using Google.Protobuf;
using TeeTee.Grpc.Tests.Messages;
using TeeTee.Grpc.Tests.Support;

namespace TeeTee.Grpc.Tests;

/// <summary>Sizes, numbers of calls and backpressure.</summary>
public class LimitTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task Unary_ThreeMebibytes_PassBothWays()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        EchoMessage request = Sized(3 * MiB);

        Assert.Equal(request, await channel.UnaryAsync(EchoMethods.Unary, request).Within());
    }

    [Fact]
    public async Task Unary_RequestOverTheClientsLimit_IsNeverSent()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(
            new Uri("http://127.0.0.1:1"), new GrpcChannelOptions { MaxSendMessageBytes = 1_000 });

        await Bounded.FailsWith(
            GrpcStatusCode.ResourceExhausted, () => channel.UnaryAsync(EchoMethods.Unary, Sized(1_000)));
    }

    [Fact]
    public async Task Unary_RequestOverTheServersLimit_IsResourceExhausted()
    {
        await using EchoServer server = await EchoServer.StartAsync(new() { MaxReceiveMessageBytes = 1_000 });
        using GrpcChannel channel = server.CreateChannel();

        await Bounded.FailsWith(
            GrpcStatusCode.ResourceExhausted, () => channel.UnaryAsync(EchoMethods.Unary, Sized(2 * MiB)));
        await channel.UnaryAsync(EchoMethods.Unary, Sized(900)).Within();
    }

    [Fact]
    public async Task Unary_ResponseOverTheServersLimit_IsResourceExhausted()
    {
        await using EchoServer server = await EchoServer.StartAsync(new() { MaxSendMessageBytes = 1_000 });
        using GrpcChannel channel = server.CreateChannel();

        await Bounded.FailsWith(
            GrpcStatusCode.ResourceExhausted, () => channel.UnaryAsync(EchoMethods.Unary, Sized(2_000)));
    }

    [Fact]
    public async Task Unary_ResponseOverTheClientsLimit_IsResourceExhausted()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel(new() { MaxReceiveMessageBytes = 1_000 });

        await Bounded.FailsWith(
            GrpcStatusCode.ResourceExhausted, () => channel.UnaryAsync(EchoMethods.Unary, Sized(2 * MiB)));
    }

    [Fact]
    public async Task Duplex_OversizeWrite_LeavesTheCallUsable()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel(new() { MaxSendMessageBytes = 1_000 });
        await using var call = channel.DuplexStreaming(EchoMethods.Chat);

        await Bounded.FailsWith(
            GrpcStatusCode.ResourceExhausted, () => call.WriteAsync(Sized(1_001), default).AsTask());
        await call.WriteAsync(new EchoMessage { Count = 5 }, default).Within();

        Assert.Equal(5, (await call.ReadAsync(default).Within())!.Count);
    }

    [Fact]
    public async Task Server_MoreCallsThanAllowed_RefusesButStaysHealthy()
    {
        await using EchoServer server = await EchoServer.StartAsync(new() { MaxConcurrentCalls = 1 });
        using GrpcChannel channel = server.CreateChannel();
        await using var running = channel.DuplexStreaming(EchoMethods.Chat);
        await running.GetHeadersAsync(default).Within();

        await Bounded.FailsWith(
            GrpcStatusCode.ResourceExhausted, () => channel.UnaryAsync(EchoMethods.Unary, new EchoMessage()));
        await channel.UnaryAsync(HealthMethods.Check, new Health.HealthCheckRequest()).Within();
        await running.CompleteAsync(default).Within();
        Assert.Null(await running.ReadAsync(default).Within());

        await Eventually(() => channel.UnaryAsync(EchoMethods.Unary, new EchoMessage()));
    }

    [Fact]
    public async Task ServerStreaming_SlowReader_HoldsTheServerBack()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.ServerStreaming(EchoMethods.Expand, Sized(MiB, count: 40));
        await call.ReadAsync(default).Within();

        Task first = await Task.WhenAny(server.Handlers.Expanded.Task, Task.Delay(1_000));

        Assert.NotSame(server.Handlers.Expanded.Task, first);
        // HttpClient lets its window grow to 16 MiB where the round trip is short.
        Assert.InRange(server.Handlers.Written, 1, 20);
        Assert.Equal(39, (await call.ReadAllAsync(default).ToListAsync()).Count);
        await server.Handlers.Expanded.Task.Within();
    }

    [Fact]
    public async Task Duplex_SlowServer_HoldsTheWriterBack()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        TaskCompletionSource mayRead = new();
        server.Handlers.ChatMayRead = mayRead.Task;
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.DuplexStreaming(EchoMethods.Chat);
        int written = 0;
        Task writing = Task.Run(async () =>
        {
            for (; written < 40; written++)
                await call.WriteAsync(Sized(MiB), default);
            await call.CompleteAsync(default);
        });

        Task first = await Task.WhenAny(writing, Task.Delay(1_000));

        Assert.NotSame(writing, first);
        Assert.InRange(Volatile.Read(ref written), 1, 8);
        mayRead.SetResult();
        Assert.Equal(40, (await call.ReadAllAsync(default).ToListAsync()).Count);
        await writing.Within();
    }

    [Fact]
    public void MapGrpc_LimitOutOfRange_Throws()
    {
        using var app = Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder().Build()
            as IDisposable;

        Assert.Throws<ArgumentOutOfRangeException>(() =>
            ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app!).MapGrpc(new() { MaxConcurrentCalls = 0 }));
    }

    private static EchoMessage Sized(int bytes, int count = 0) =>
        new() { Payload = ByteString.CopyFrom(new byte[bytes]), Count = count };

    private static async Task Eventually(Func<Task> call)
    {
        using CancellationTokenSource limit = new(Bounded.Limit);
        while (true)
        {
            try
            {
                await call().Within();
                return;
            }
            catch (GrpcException e) when (e.Code == GrpcStatusCode.ResourceExhausted)
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }
}
