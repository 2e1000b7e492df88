using System.Text.Json;

namespace TeeTee.Grpc.Tests.Support;

/// <summary>What a foreign client saw of our server, scenario by scenario; both scripts report in one form.</summary>
internal sealed class ForeignClient : IAsyncDisposable
{
    public static readonly IReadOnlyDictionary<string, Func<ForeignClient, JsonElement, Task>> Scenarios =
        new Dictionary<string, Func<ForeignClient, JsonElement, Task>>
        {
            ["unary"] = Sync(Unary),
            ["fail"] = Sync(Fail),
            ["boom"] = Sync(r =>
            {
                Code(r, GrpcStatusCode.Unknown);
                Assert.DoesNotContain(EchoHandlers.Secret, r.GetRawText());
            }),
            ["deadline"] = async (c, r) =>
            {
                Code(r, GrpcStatusCode.DeadlineExceeded);
                await c._server.Handlers.Cancelled.Within();
            },
            ["cancel"] = async (c, r) =>
            {
                Code(r, GrpcStatusCode.Cancelled);
                await c._server.Handlers.Cancelled.Within();
            },
            ["large"] = Sync(r => Assert.Equal(
                (0, 3 * 1024 * 1024, true), (Int(r, "code"), Int(r, "size"), r.GetProperty("intact").GetBoolean()))),
            ["tooBig"] = Sync(r => Code(r, GrpcStatusCode.ResourceExhausted)),
            ["unknown"] = Sync(r => Code(r, GrpcStatusCode.Unimplemented)),
            ["expand"] = Sync(r => Counts(r, GrpcStatusCode.Ok, Enumerable.Range(0, 100))),
            ["expandFail"] = Sync(r =>
            {
                Counts(r, GrpcStatusCode.Aborted, Enumerable.Range(0, 3));
                Assert.Equal("after 3", r.GetProperty("details").GetString());
            }),
            ["sum"] = Sync(r => Assert.Equal((0, 4_950), (Int(r, "code"), Int(r, "count")))),
            ["chat"] = (c, r) => c.ThousandAsync(r),
            ["burst"] = (c, r) => c.ThousandAsync(r),
            ["chatClose"] = Sync(r => Counts(r, GrpcStatusCode.Ok, [1])),
            ["health"] = Sync(r => Serving(r, GrpcStatusCode.Ok)),
            ["healthUnknown"] = Sync(r => Code(r, GrpcStatusCode.NotFound)),
            ["watch"] = Sync(r => Serving(r, GrpcStatusCode.Cancelled)),
            ["chatCancel"] = async (c, r) =>
            {
                // Whether as a reset or as a clean end of the requests: the handler ends, and not by "close".
                Counts(r, GrpcStatusCode.Cancelled, [1]);
                await c._server.Handlers.ChatsLeft.Within();
            },
        };

    private readonly EchoServer _server;
    private readonly JsonElement _results;

    private ForeignClient(EchoServer server, JsonElement results) => (_server, _results) = (server, results);

    public static async Task<ForeignClient> RunAsync(Func<string, ForeignProcess> start)
    {
        EchoServer server = await EchoServer.StartAsync();
        await using ForeignProcess process = start(server.Address.Authority);
        return new ForeignClient(server, JsonDocument.Parse(await process.ReadLineAsync()).RootElement);
    }

    public Task VerifyAsync(string scenario)
    {
        JsonElement result = _results.GetProperty(scenario);
        Assert.False(result.TryGetProperty("thrown", out JsonElement thrown), thrown.ToString());
        return Scenarios[scenario](this, result);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task ThousandAsync(JsonElement r)
    {
        Counts(r, GrpcStatusCode.Ok, Enumerable.Range(0, 1_000));
        await _server.Handlers.ChatsLeft.Within();
    }

    private static void Unary(JsonElement r)
    {
        Assert.Equal((0, "\u00fc", 7, 2), (Int(r, "code"), r.GetProperty("text").GetString(), Int(r, "count"), Int(r, "size")));
        JsonElement headers = r.GetProperty("headers");
        Assert.StartsWith("from ", headers.GetProperty("x-text").GetString());
        Assert.Equal("00ff07", headers.GetProperty("x-data-bin").GetString());
        Assert.Equal("end", r.GetProperty("trailers").GetProperty("echo-trailer").GetString());
    }

    private static void Fail(JsonElement r)
    {
        Code(r, GrpcStatusCode.InvalidArgument);
        Assert.Equal(EchoHandlers.FailText, r.GetProperty("details").GetString());
        JsonElement trailers = r.GetProperty("trailers");
        Assert.Equal("test", trailers.GetProperty("reason").GetString());
        Assert.Equal("0001feff", trailers.GetProperty("detail-bin").GetString());
    }

    private static void Counts(JsonElement r, GrpcStatusCode code, IEnumerable<int> expected)
    {
        Code(r, code);
        Assert.Equal(expected, r.GetProperty("counts").EnumerateArray().Select(c => c.GetInt32()));
    }

    private static void Serving(JsonElement r, GrpcStatusCode code)
    {
        Code(r, code);
        Assert.Equal("SERVING", r.GetProperty("status").GetString());
    }

    private static void Code(JsonElement r, GrpcStatusCode expected) =>
        Assert.True((int)expected == Int(r, "code"), $"expected {expected}: {r}");

    private static int Int(JsonElement r, string name) => r.GetProperty(name).GetInt32();

    private static Func<ForeignClient, JsonElement, Task> Sync(Action<JsonElement> check) => (_, result) =>
    {
        check(result);
        return Task.CompletedTask;
    };
}
