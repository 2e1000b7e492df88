using TeeTee.Grpc.Tests.Messages;
using TeeTee.Grpc.Tests.Support;

namespace TeeTee.Grpc.Tests;

/// <summary>Deadlines, cancellation and lost servers.</summary>
public class EndOfCallTests
{
    private static readonly EchoMessage s_wait = new() { Text = "wait" };

    [Fact]
    public async Task Unary_DeadlinePasses_FailsOnBothSides()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();

        await Bounded.FailsWith(GrpcStatusCode.DeadlineExceeded, () => channel.UnaryAsync(
            EchoMethods.Unary, s_wait, new() { Timeout = TimeSpan.FromMilliseconds(300) }));

        await server.Handlers.Cancelled.Within();
    }

    [Fact]
    public async Task Server_DeadlineOfASilentClient_AnswersDeadlineExceeded()
    {
        await using EchoServer server = await EchoServer.StartAsync();

        var answer = await RawCall.SendAsync(
            server.Address, EchoMethods.Unary.Path, Frames.Of(s_wait), headers: [("grpc-timeout", "200m")]);

        Assert.Equal("4", answer.Status);
    }

    [Fact]
    public async Task Server_HandlerIgnoresItsDeadline_ResultIsReplaced()
    {
        await using EchoServer server = await EchoServer.StartAsync();

        var answer = await RawCall.SendAsync(
            server.Address, EchoMethods.Unary.Path, Frames.Of(new EchoMessage { Text = "late" }),
            headers: [("grpc-timeout", "50m")]);

        Assert.Equal("4", answer.Status);
        Assert.Empty(await answer.Response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Server_Context_TellsMethodPeerAndDeadline()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        EchoMessage ask = new() { Text = "context" };

        string without = (await channel.UnaryAsync(EchoMethods.Unary, ask).Within()).Text;
        string with = (await channel.UnaryAsync(EchoMethods.Unary, ask, new() { Timeout = Bounded.Limit }).Within()).Text;

        Assert.Matches(@"^/teetee\.test\.Echo/Unary 127\.0\.0\.1:\d+ False$", without);
        Assert.EndsWith(" True", with);
    }

    [Fact]
    public async Task Server_StormOfCancellations_LosesNoPlace()
    {
        await using EchoServer server = await EchoServer.StartAsync(new() { MaxConcurrentCalls = 200 });
        using GrpcChannel channel = server.CreateChannel();
        Random random = new(3);
        for (int round = 0; round < 3; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
            {
                using CancellationTokenSource cancel = new(random.Next(100));
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.UnaryAsync(
                    EchoMethods.Unary, s_wait, new() { CancellationToken = cancel.Token }));
            })).Within();
        }

        // Had the 180 cancelled calls kept their places, not all of these could run.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => channel.UnaryAsync(
            EchoMethods.Unary, new EchoMessage { Count = i }))).Within();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Unary_DeadlineAlreadyPassed_FailsWithoutAServer(int milliseconds)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(new Uri("http://127.0.0.1:1"));

        await Bounded.FailsWith(GrpcStatusCode.DeadlineExceeded, () => channel.UnaryAsync(
            EchoMethods.Unary, s_wait, new() { Timeout = TimeSpan.FromMilliseconds(milliseconds) }));
    }

    [Fact]
    public async Task Unary_LongestTimeout_IsAccepted()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();

        EchoMessage answer = await channel.UnaryAsync(
            EchoMethods.Unary, new EchoMessage { Text = "x" }, new() { Timeout = TimeSpan.MaxValue }).Within();

        Assert.Equal("x", answer.Text);
    }

    [Fact]
    public async Task Duplex_DeadlinePassesUnread_ResetsTheStream()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.DuplexStreaming(
            EchoMethods.Chat, new() { Timeout = TimeSpan.FromMilliseconds(500) });

        await call.GetHeadersAsync(default).Within();

        await server.Handlers.ChatsLeft.Within();
        await Bounded.FailsWith(GrpcStatusCode.DeadlineExceeded, () => call.ReadAsync(default).AsTask());
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, call.Status!.Value.Code);
    }

    [Fact]
    public async Task Unary_CallerCancels_ServerSeesIt()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        using CancellationTokenSource cancel = new();
        Task<EchoMessage> call = channel.UnaryAsync(EchoMethods.Unary, s_wait, new() { CancellationToken = cancel.Token });
        cancel.CancelAfter(300);

        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Within());

        Assert.Equal(cancel.Token, e.CancellationToken);
        await server.Handlers.Cancelled.Within();
    }

    [Fact]
    public async Task ServerStreaming_EnumerationCancelled_CancelsTheCall()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        using CancellationTokenSource cancel = new();
        await using var call = channel.ServerStreaming(EchoMethods.Expand, new EchoMessage { Text = "wait", Count = 1 });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (EchoMessage _ in call.ReadAllAsync(cancel.Token))
                cancel.CancelAfter(100);
        });

        await server.Handlers.Cancelled.Within();
        Assert.Equal(GrpcStatusCode.Cancelled, call.Status!.Value.Code);
    }

    [Fact]
    public async Task Duplex_Disposed_ServerSeesAResetRatherThanTheEnd()
    {
        TaskCompletionSource<Exception?> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using EchoServer server = await EchoServer.StartRawAsync(async http =>
        {
            try
            {
                await http.Response.StartAsync();
                await http.Request.Body.CopyToAsync(Stream.Null);
                seen.SetResult(null);
            }
            catch (Exception e)
            {
                seen.SetResult(e);
            }
        });
        using GrpcChannel channel = server.CreateChannel();
        var call = channel.DuplexStreaming(EchoMethods.Chat);
        await call.WriteAsync(new EchoMessage { Count = 1 }, default).Within();

        await call.DisposeAsync();

        Assert.NotNull(await seen.Task.Within());
    }

    [Fact]
    public async Task Duplex_DisposedWhileReading_ReaderIsTold()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        var call = channel.DuplexStreaming(EchoMethods.Chat);
        await call.GetHeadersAsync(default).Within();
        Task<EchoMessage?> reading = call.ReadAsync(default).AsTask();

        await call.DisposeAsync();

        await Bounded.FailsWith(GrpcStatusCode.Cancelled, () => reading);
        await server.Handlers.ChatsLeft.Within();
    }

    [Fact]
    public async Task Channel_Disposed_CancelsItsCallsAndTakesNoMore()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        GrpcChannel channel = server.CreateChannel();
        await using var call = channel.DuplexStreaming(EchoMethods.Chat);
        await call.GetHeadersAsync(default).Within();
        Task<EchoMessage?> reading = call.ReadAsync(default).AsTask();

        channel.Dispose();

        await Bounded.FailsWith(GrpcStatusCode.Cancelled, () => reading);
        await server.Handlers.ChatsLeft.Within();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => channel.UnaryAsync(EchoMethods.Unary, s_wait));
    }

    [Fact]
    public async Task Unary_NobodyListens_IsUnavailable()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(new Uri("http://127.0.0.1:1"));

        await Bounded.FailsWith(GrpcStatusCode.Unavailable, () => channel.UnaryAsync(EchoMethods.Unary, s_wait));
        await using var call = channel.DuplexStreaming(EchoMethods.Chat);
        await Bounded.FailsWith(GrpcStatusCode.Unavailable, () => call.WriteAsync(s_wait, default).AsTask());
        await Bounded.FailsWith(GrpcStatusCode.Unavailable, () => call.GetHeadersAsync(default));
    }

    [Fact]
    public async Task Duplex_ServerStops_IsUnavailableAndTheChannelRecovers()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.DuplexStreaming(EchoMethods.Chat);
        await call.GetHeadersAsync(default).Within();
        Task<EchoMessage?> reading = call.ReadAsync(default).AsTask();

        await server.StopAsync();

        await Bounded.FailsWith(GrpcStatusCode.Unavailable, () => reading);
        await Bounded.FailsWith(
            GrpcStatusCode.Unavailable, () => channel.UnaryAsync(EchoMethods.Unary, new EchoMessage()));
    }
}
