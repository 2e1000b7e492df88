using TeeTee.Grpc.Tests.Messages;

namespace TeeTee.Grpc.Tests.Support;

/// <summary>The service of echo.proto, with what the tests watch from outside.</summary>
internal sealed class EchoHandlers
{
    public const string Secret = "the handler's inner secret";
    public const string FailText = "bad: 100% \u00fcn\u00ef \U0001F600";

    public static readonly byte[] FailDetail = [0, 1, 0xfe, 0xff];

    private int _written;

    /// <summary>How many responses Expand's stream has taken.</summary>
    public int Written => Volatile.Read(ref _written);

    /// <summary>Completes when Expand has written everything.</summary>
    public TaskCompletionSource Expanded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One release for each handler that saw its token fire.</summary>
    public SemaphoreSlim Cancelled { get; } = new(0);

    /// <summary>One release for each Chat that ended without "close": by the end of its requests or by cancellation.</summary>
    public SemaphoreSlim ChatsLeft { get; } = new(0);

    /// <summary>Chat reads nothing before this completes.</summary>
    public Task ChatMayRead { get; set; } = Task.CompletedTask;

    public void Map(GrpcServiceMap map) => map
        .MapUnary(EchoMethods.Unary, UnaryAsync)
        .MapServerStreaming(EchoMethods.Expand, ExpandAsync)
        .MapClientStreaming(EchoMethods.Collect, CollectAsync)
        .MapDuplexStreaming(EchoMethods.Chat, ChatAsync);

    private async Task<EchoMessage> UnaryAsync(EchoMessage request, GrpcServerContext context)
    {
        if (context.RequestHeaders.GetText("x-text") is { } text)
            context.ResponseHeaders.Add("x-text", text);
        if (context.RequestHeaders.GetBinary("x-data-bin") is { } data)
            context.ResponseHeaders.AddBinary("x-data-bin", data.Span);
        context.ResponseTrailers.Add("echo-trailer", "end");
        switch (request.Text)
        {
            case "fail":
                GrpcMetadata trailers = new();
                trailers.Add("reason", "test");
                trailers.AddBinary("detail-bin", FailDetail);
                throw new GrpcException(GrpcStatusCode.InvalidArgument, FailText, trailers);
            case "boom":
                throw new InvalidDataException(Secret);
            case "late":
                await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
                break;
            case "context":
                return new EchoMessage { Text = $"{context.Method} {context.Peer} {context.Deadline is not null}" };
            case "wait":
                await WaitAsync(context.CancellationToken);
                break;
        }

        return request;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Bounded.Limit, cancellationToken);
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
                Cancelled.Release();
        }
    }

    private async Task ExpandAsync(
        EchoMessage request, IGrpcStreamWriter<EchoMessage> responses, GrpcServerContext context)
    {
        try
        {
            for (int i = 0; i < request.Count; i++)
            {
                EchoMessage response = new() { Text = request.Text, Payload = request.Payload, Count = i };
                await responses.WriteAsync(response, context.CancellationToken);
                Interlocked.Increment(ref _written);
            }

            Expanded.TrySetResult();
            if (request.Text == "wait")
                await Task.Delay(Bounded.Limit, context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            Cancelled.Release();
            throw;
        }

        if (request.Text == "fail")
            throw new GrpcException(GrpcStatusCode.Aborted, $"after {request.Count}");
    }

    private async Task<EchoMessage> CollectAsync(IAsyncEnumerable<EchoMessage> requests, GrpcServerContext context)
    {
        int sum = 0;
        await foreach (EchoMessage request in requests)
        {
            if (request.Text == "fail")
                throw new GrpcException(GrpcStatusCode.OutOfRange, "enough");
            sum += request.Count;
        }

        return new EchoMessage { Count = sum };
    }

    private async Task ChatAsync(
        IAsyncEnumerable<EchoMessage> requests, IGrpcStreamWriter<EchoMessage> responses, GrpcServerContext context)
    {
        bool closed = false;
        try
        {
            await context.SendHeadersAsync(context.CancellationToken);
            await ChatMayRead.WaitAsync(context.CancellationToken);
            await foreach (EchoMessage request in requests)
            {
                closed = request.Text == "close";
                if (closed)
                    return;
                await responses.WriteAsync(request, CancellationToken.None);
            }
        }
        finally
        {
            if (!closed)
                ChatsLeft.Release();
        }
    }
}
