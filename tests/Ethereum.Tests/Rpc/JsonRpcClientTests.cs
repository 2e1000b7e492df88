using System.Net;
using System.Net.Sockets;
using TeeTee.Primitives;

namespace TeeTee.Ethereum.Tests.Rpc;

public sealed class JsonRpcClientTests
{
    private static readonly JsonRpcOptions s_options = new()
    {
        FirstBackoff = TimeSpan.FromMilliseconds(1),
        MaxBackoff = TimeSpan.FromMilliseconds(5),
        Timeout = TimeSpan.FromSeconds(20),
        MaxResponseBytes = 1000,
        MaxAttempts = 3,
    };

    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task CallAsync_TransientStatus_IsRetried(int status)
    {
        await using ScriptedNode node = new(ScriptedNode.Http(status, "busy", "Retry-After: 1\r\n"), ScriptedNode.Result("\"0x7\""));
        using JsonRpcClient client = new(node.Endpoint, s_options);
        Assert.Equal("0x7", (await client.CallAsync("eth_chainId", [], Limit)).GetString());
        Assert.Equal(2, node.Requests.Count);
        Assert.Equal(node.Requests[0], node.Requests[1]);
    }

    [Fact]
    public async Task CallAsync_ConnectionLost_IsRetriedOnlyIfRepeatable()
    {
        await using ScriptedNode node = new(ScriptedNode.Reset, ScriptedNode.Result("\"0x7\""), ScriptedNode.Reset);
        using JsonRpcClient client = new(node.Endpoint, s_options);
        Assert.Equal("0x7", (await client.CallAsync("eth_blockNumber", [], Limit)).GetString());
        var error = await Assert.ThrowsAsync<RpcTransportException>(() => client.CallAsync("evm_mine", [], Limit));
        Assert.Equal(RpcFault.ConnectionLost, error.Fault);
        Assert.Equal(3, node.Requests.Count);
        Assert.DoesNotContain("secret-api-key", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallAsync_Silence_TimesOutAndIsRetriedOnlyIfRepeatable()
    {
        await using ScriptedNode node = new(ScriptedNode.Silence, ScriptedNode.Result("1"), ScriptedNode.Silence);
        using JsonRpcClient client = new(node.Endpoint, s_options with { Timeout = TimeSpan.FromMilliseconds(500) });
        Assert.Equal(1, (await client.CallAsync("eth_getBalance", [], Limit)).GetInt32());
        var error = await Assert.ThrowsAsync<RpcTransportException>(() => client.CallAsync("eth_sendTransaction", [], Limit));
        Assert.Equal(RpcFault.TimedOut, error.Fault);
    }

    [Fact]
    public async Task CallAsync_Refused_IsTypedAfterAllAttempts()
    {
        TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        Uri endpoint = new($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}/");
        closed.Stop();
        using JsonRpcClient client = new(endpoint, s_options);
        var error = await Assert.ThrowsAsync<RpcTransportException>(() => client.CallAsync("evm_mine", [], Limit));
        Assert.Equal(RpcFault.NotConnected, error.Fault);
    }

    [Fact]
    public async Task CallAsync_Cancelled_IsCancelledNotTimedOut()
    {
        await using ScriptedNode node = new(ScriptedNode.Silence);
        using JsonRpcClient client = new(node.Endpoint, s_options);
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CallAsync("eth_chainId", [], cancel.Token));
    }

    [Theory]
    [InlineData("not json", RpcFault.BadResponse)]
    [InlineData("[]", RpcFault.BadResponse)]
    [InlineData("{}", RpcFault.BadResponse)]
    [InlineData("7", RpcFault.BadResponse)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":0,\"res", RpcFault.BadResponse)]
    public async Task CallAsync_NoJsonRpc_IsBadResponse(string body, RpcFault fault)
    {
        await using ScriptedNode node = new(ScriptedNode.Http(200, body));
        using JsonRpcClient client = new(node.Endpoint, s_options);
        var error = await Assert.ThrowsAsync<RpcTransportException>(() => client.CallAsync("eth_chainId", [], Limit));
        Assert.Equal(fault, error.Fault);
    }

    [Fact]
    public async Task CallAsync_HugeAnswer_IsTooLargeWithOrWithoutLength()
    {
        var body = $"{{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":\"{new string('x', 2000)}\"}}";
        await using ScriptedNode node = new(
            ScriptedNode.Http(200, body), $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{body}");
        using JsonRpcClient client = new(node.Endpoint, s_options);
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<RpcTransportException>(() => client.CallAsync("eth_chainId", [], Limit));
            Assert.Equal(RpcFault.TooLarge, error.Fault);
        }
    }

    [Fact]
    public async Task CallAsync_NodeError_IsTypedAndNotRetried()
    {
        await using ScriptedNode node = new(
            ScriptedNode.Error(-32000, "boom"), ScriptedNode.Http(400, """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"bad"}}"""),
            ScriptedNode.Http(403, "<html>"), ScriptedNode.Error(-32005, "limit"), ScriptedNode.Result("2"));
        using JsonRpcClient client = new(node.Endpoint, s_options);
        var error = await Assert.ThrowsAsync<JsonRpcException>(() => client.CallAsync("eth_chainId", [], Limit));
        Assert.Equal((-32000L, "boom"), (error.Code, error.NodeMessage));
        Assert.Equal(-32600, (await Assert.ThrowsAsync<JsonRpcException>(() => client.CallAsync("eth_chainId", [], Limit))).Code);
        Assert.Equal(RpcFault.HttpStatus, (await Assert.ThrowsAsync<RpcTransportException>(() => client.CallAsync("eth_chainId", [], Limit))).Fault);
        Assert.Equal(2, (await client.CallAsync("eth_chainId", [], Limit)).GetInt32());
    }

    [Fact]
    public async Task BatchAsync_ShuffledOrForeignIds_AreMatchedOrRefused()
    {
        const string Shuffled = """[{"jsonrpc":"2.0","id":1,"result":"b"},{"jsonrpc":"2.0","id":0,"result":"a"}]""";
        await using ScriptedNode node = new(
            ScriptedNode.Http(200, Shuffled), ScriptedNode.Http(200, Shuffled.Replace("\"id\":1", "\"id\":0", StringComparison.Ordinal)),
            ScriptedNode.Http(200, Shuffled.Replace("\"id\":1", "\"id\":9", StringComparison.Ordinal)), ScriptedNode.Http(200, "[]"),
            ScriptedNode.Error(-32600, "batches are off"));
        using JsonRpcClient client = new(node.Endpoint, s_options);
        JsonRpcCall[] calls = [new("eth_a"), new("eth_b")];
        Assert.Equal(["a", "b"], (await client.BatchAsync(calls, Limit)).Select(outcome => outcome.Result.GetString()));
        for (var i = 0; i < 3; i++)
            Assert.Equal(RpcFault.BadResponse, (await Assert.ThrowsAsync<RpcTransportException>(() => client.BatchAsync(calls, Limit))).Fault);
        Assert.All(await client.BatchAsync(calls, Limit), outcome => Assert.NotNull(outcome.Error));
    }

    [Fact]
    public async Task SendRawTransactionAsync_LostAnswerThenKnown_IsSuccessWithIdenticalBytes()
    {
        await using ScriptedNode node = new(ScriptedNode.Reset, ScriptedNode.Error(-32000, "already known"));
        using JsonRpcClient client = new(node.Endpoint, s_options);
        byte[] raw = [2, 1, 2, 3];
        Assert.Equal(Keccak256.Hash(raw), await new EthereumClient(client).SendRawTransactionAsync(raw, Limit));
        Assert.Equal(node.Requests[0], node.Requests[1]);
    }

    [Theory]
    [InlineData("\"0x\"")]
    [InlineData("\"7\"")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("\"0x1ffffffffffffffffffffffffffffffff\"")]
    public async Task GetBlockNumberAsync_NoQuantity_IsBadResponse(string result)
    {
        await using ScriptedNode node = new(ScriptedNode.Result(result));
        using JsonRpcClient client = new(node.Endpoint, s_options);
        var error = await Assert.ThrowsAsync<RpcTransportException>(() => new EthereumClient(client).GetBlockNumberAsync(Limit));
        Assert.Equal(RpcFault.BadResponse, error.Fault);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"number\":\"0x1\",\"hash\":\"0x12\",\"parentHash\":7,\"timestamp\":null}")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    public async Task GetBlockAsync_NoBlock_IsBadResponse(string result)
    {
        await using ScriptedNode node = new(ScriptedNode.Result(result));
        using JsonRpcClient client = new(node.Endpoint, s_options);
        var error = await Assert.ThrowsAsync<RpcTransportException>(() => new EthereumClient(client).GetBlockAsync(BlockTag.Latest, Limit));
        Assert.Equal(RpcFault.BadResponse, error.Fault);
    }

    [Fact]
    public async Task GetLogsAsync_RangeRefused_IsHalved()
    {
        await using ScriptedNode node = new(
            ScriptedNode.Error(-32602, "block range too large"), ScriptedNode.Result("[]"), ScriptedNode.Result("[]"));
        using JsonRpcClient client = new(node.Endpoint, s_options);
        Assert.Empty(await new EthereumClient(client).GetLogsAsync(new() { FromBlock = 0, ToBlock = 9 }, Limit));
        Assert.Contains("\"toBlock\":\"0x4\"", node.Requests[1], StringComparison.Ordinal);
        Assert.Contains("\"fromBlock\":\"0x5\",\"toBlock\":\"0x9\"", node.Requests[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("relative")]
    public void Constructor_NoHttpAddress_Throws(string endpoint) =>
        Assert.Throws<ArgumentException>(() => new JsonRpcClient(new Uri(endpoint, UriKind.RelativeOrAbsolute)));
}
