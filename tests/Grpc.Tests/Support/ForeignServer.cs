using Google.Protobuf;
using TeeTee.Grpc.Health;
using TeeTee.Grpc.Tests.Messages;

namespace TeeTee.Grpc.Tests.Support;

/// <summary>What our client must see of a foreign server of echo.proto and health.proto.</summary>
internal sealed class ForeignServer : IAsyncDisposable
{
    public static readonly IReadOnlyDictionary<string, Func<ForeignServer, Task>> Scenarios =
        new Dictionary<string, Func<ForeignServer, Task>>
        {
            ["unary"] = s => s.UnaryAsync(),
            ["fail"] = s => s.FailAsync(),
            ["boom"] = s => Bounded.FailsWith(GrpcStatusCode.Unknown, () => s.CallAsync(new EchoMessage { Text = "boom" })),
            ["deadline"] = s => Bounded.FailsWith(GrpcStatusCode.DeadlineExceeded, () => s.CallAsync(
                new EchoMessage { Text = "wait" }, new() { Timeout = TimeSpan.FromMilliseconds(300) })),
            ["cancel"] = s => s.CancelAsync(),
            ["large"] = s => s.LargeAsync(),
            ["tooBig"] = s => Bounded.FailsWith(GrpcStatusCode.ResourceExhausted, () => s.CallAsync(Sized(5))),
            ["unknown"] = s => Bounded.FailsWith(
                GrpcStatusCode.Unimplemented, () => s._channel.UnaryAsync(EchoMethods.Missing, new EchoMessage())),
            ["expand"] = s => s.ExpandAsync("", GrpcStatusCode.Ok),
            ["expandFail"] = s => s.ExpandAsync("fail", GrpcStatusCode.Aborted),
            ["sum"] = s => s.SumAsync(),
            ["chat"] = s => s.ChatAsync(),
            ["chatClose"] = s => s.ChatCloseAsync(),
            ["chatCancel"] = s => s.ChatCancelAsync(),
            ["health"] = s => s.HealthAsync(),
        };

    private readonly ForeignProcess _process;
    private readonly GrpcChannel _channel;

    private ForeignServer(ForeignProcess process, GrpcChannel channel) => (_process, _channel) = (process, channel);

    public static async Task<ForeignServer> StartAsync(Func<ForeignProcess> start)
    {
        ForeignProcess process = start();
        string port = await process.ReadLineAsync();
        GrpcChannelOptions options = new() { MaxSendMessageBytes = 16 * 1024 * 1024 };
        return new ForeignServer(process, GrpcChannel.ForAddress(new Uri($"http://127.0.0.1:{port}"), options));
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _process.DisposeAsync();
    }

    private static EchoMessage Sized(int mebibytes) =>
        new() { Payload = ByteString.CopyFrom(new byte[mebibytes * 1024 * 1024]) };

    private Task<EchoMessage> CallAsync(EchoMessage request, GrpcCallOptions? options = null) =>
        _channel.UnaryAsync(EchoMethods.Unary, request, options).Within();

    private async Task UnaryAsync()
    {
        GrpcMetadata metadata = new();
        metadata.Add("x-text", "from C#");
        metadata.AddBinary("x-data-bin", [0, 255, 7]);
        EchoMessage request = new() { Text = "\u00fc", Count = 7, Payload = ByteString.CopyFrom(1, 2) };
        var response = await _channel.UnaryWithMetadataAsync(
            EchoMethods.Unary, request, new() { Metadata = metadata }).Within();
        Assert.Equal(request, response.Message);
        Assert.Equal("from C#", response.Headers.GetText("x-text"));
        Assert.Equal([0, 255, 7], response.Headers.GetBinary("x-data-bin")!.Value.ToArray());
        Assert.Equal("end", response.Trailers.GetText("echo-trailer"));
    }

    private async Task FailAsync()
    {
        GrpcException e = await Bounded.FailsWith(
            GrpcStatusCode.InvalidArgument, () => CallAsync(new EchoMessage { Text = "fail" }));
        Assert.Equal(EchoHandlers.FailText, e.Message);
        Assert.Equal("test", e.Trailers.GetText("reason"));
        Assert.Equal(EchoHandlers.FailDetail, e.Trailers.GetBinary("detail-bin")!.Value.ToArray());
    }

    private async Task CancelAsync()
    {
        using CancellationTokenSource cancel = new();
        Task<EchoMessage> call = CallAsync(new EchoMessage { Text = "wait" }, new() { CancellationToken = cancel.Token });
        cancel.CancelAfter(300);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal("cancelled", await _process.ReadLineAsync());
    }

    private async Task LargeAsync()
    {
        EchoMessage request = Sized(3);
        Assert.Equal(request, await CallAsync(request));
    }

    private async Task ExpandAsync(string text, GrpcStatusCode code)
    {
        await using var call = _channel.ServerStreaming(EchoMethods.Expand, new EchoMessage { Count = 100, Text = text });
        for (int i = 0; i < 100; i++)
            Assert.Equal(i, (await call.ReadAsync(default).Within())!.Count);
        if (code == GrpcStatusCode.Ok)
            Assert.Null(await call.ReadAsync(default).Within());
        else
            Assert.Equal("after 100", (await Bounded.FailsWith(code, () => call.ReadAsync(default).AsTask())).Message);
        Assert.Equal(code, call.Status!.Value.Code);
    }

    private async Task SumAsync()
    {
        EchoMessage sum = await _channel.ClientStreamingAsync(EchoMethods.Collect, Numbers()).Within();
        Assert.Equal(4_950, sum.Count);

        static async IAsyncEnumerable<EchoMessage> Numbers()
        {
            for (int i = 0; i < 100; i++)
            {
                await Task.Yield();
                yield return new EchoMessage { Count = i };
            }
        }
    }

    private async Task ChatAsync()
    {
        await using var call = _channel.DuplexStreaming(EchoMethods.Chat);
        await call.GetHeadersAsync(default).Within();
        for (int i = 0; i < 500; i++)
        {
            await call.WriteAsync(new EchoMessage { Count = i }, default).Within();
            Assert.Equal(i, (await call.ReadAsync(default).Within())!.Count);
        }

        for (int i = 500; i < 1_000; i++)
            await call.WriteAsync(new EchoMessage { Count = i }, default).Within();
        await call.CompleteAsync(default).Within();
        List<EchoMessage> rest = await call.ReadAllAsync(default).ToListAsync();
        Assert.Equal(Enumerable.Range(500, 500), rest.Select(m => m.Count));
        Assert.Equal(GrpcStatus.Ok, call.Status);
    }

    private async Task ChatCloseAsync()
    {
        await using var call = _channel.DuplexStreaming(EchoMethods.Chat);
        await call.WriteAsync(new EchoMessage { Text = "close" }, default).Within();
        Assert.Null(await call.ReadAsync(default).Within());
        Assert.Equal(GrpcStatus.Ok, call.Status);
    }

    private async Task ChatCancelAsync()
    {
        var call = _channel.DuplexStreaming(EchoMethods.Chat);
        await call.WriteAsync(new EchoMessage { Count = 1 }, default).Within();
        Assert.Equal(1, (await call.ReadAsync(default).Within())!.Count);
        await call.DisposeAsync();
        Assert.Equal("cancelled", await _process.ReadLineAsync());
    }

    private async Task HealthAsync()
    {
        HealthCheckResponse all = await _channel.UnaryAsync(HealthMethods.Check, new HealthCheckRequest()).Within();
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, all.Status);
        await Bounded.FailsWith(GrpcStatusCode.NotFound, () => _channel.UnaryAsync(
            HealthMethods.Check, new HealthCheckRequest { Service = "nobody" }));
        await using var watch = _channel.ServerStreaming(HealthMethods.Watch, new HealthCheckRequest());
        Assert.Equal(all, await watch.ReadAsync(default).Within());
    }
}
