using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TeeTee.Sequencer.Rpc;
using TeeTee.Sequencer.Tests.Batching;

namespace TeeTee.Sequencer.Tests.Rpc;

public sealed class RpcEndpointTests : NodeTest
{
    public static TheoryData<string, string> Answers { get; } = new()
    {
        { """{"jsonrpc":"2.0","id":7,"method":"eth_chainId"}""", """{"jsonrpc":"2.0","id":7,"result":"0x14a34"}""" },
        { """{"jsonrpc":"2.0","id":"x","method":"net_version","params":[]}""", """{"jsonrpc":"2.0","id":"x","result":"84532"}""" },
        { """{"jsonrpc":"2.0","id":1,"method":"nothing"}""", "-32601" },
        { """{"jsonrpc":"2.0","id":1,"method":"teetee_models"}""", "-32601" },
        { """{"jsonrpc":"2.0","id":1,"method":"teetee_getBatch","params":["0x9"]}""", "-32001" },
        { """{"jsonrpc":"2.0","id":1,"method":"teetee_getBatch","params":["9"]}""", "-32602" },
        { """{"jsonrpc":"2.0","id":1,"method":"teetee_getBatch","params":["0x01"]}""", "-32602" },
        { """{"jsonrpc":"2.0","id":1,"method":"teetee_getBatch"}""", "-32602" },
        { """{"jsonrpc":"2.0","id":1,"method":"teetee_getReceipt","params":["0x12"]}""", "-32602" },
        { """{"jsonrpc":"2.0","id":1,"method":"teetee_getAccount","params":[1]}""", "-32602" },
        { """{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}""", "-32600" },
        { """{"id":1,"method":"eth_chainId"}""", "-32600" },
        { """{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}""", "-32600" },
        { """{"jsonrpc":"2.0","id":1,"method":5}""", "-32600" },
        { """{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":"x"}""", "-32600" },
        { "5", "-32600" },
        { "[]", "-32600" },
        { "[1]", "-32600" },
        { "{", "-32700" },
        { "", "-32700" },
        { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "-32700" },
    };

    [Fact]
    public async Task Post_AnyBody_IsAnsweredAsTheSpecificationSays()
    {
        await using RunningNode node = await RunningNode.StartAsync(DatabasePath, World, Shards, o => o, Bound);
        foreach (object[] row in Answers)
        {
            (int status, string text) = await PostAsync(node, (string)row[0]);
            Assert.Equal(200, status);
            Assert.True(text.Contains((string)row[1], StringComparison.Ordinal), $"{row[0]} gives {text}");
        }
    }

    [Fact]
    public async Task Post_NotificationsOnly_GivesNoContent()
    {
        await using RunningNode node = await RunningNode.StartAsync(DatabasePath, World, Shards, o => o, Bound);
        const string Call = """{"jsonrpc":"2.0","method":"nothing"}""";
        Assert.Equal((204, ""), await PostAsync(node, Call));
        Assert.Equal((204, ""), await PostAsync(node, $"[{Call},{Call}]"));
    }

    [Fact]
    public async Task Post_TooMuch_IsRefused()
    {
        await using RunningNode node = await RunningNode.StartAsync(DatabasePath, World, Shards, o => o, Bound);
        string call = """{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}""";
        (_, string most) = await PostAsync(node, $"[{string.Join(',', Enumerable.Repeat(call, RpcEndpoint.MostCalls))}]");
        Assert.Equal(RpcEndpoint.MostCalls, JsonDocument.Parse(most).RootElement.GetArrayLength());
        (_, string over) = await PostAsync(node, $"[{string.Join(',', Enumerable.Repeat(call, RpcEndpoint.MostCalls + 1))}]");
        Assert.Contains("-32005", over, StringComparison.Ordinal);
        (int status, string large) = await PostAsync(node, new string(' ', RpcEndpoint.MostBytes + 1));
        Assert.Equal(413, status);
        Assert.Contains("-32005", large, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WrongContentType_IsRefused()
    {
        await using RunningNode node = await RunningNode.StartAsync(DatabasePath, World, Shards, o => o, Bound);
        using StringContent content = new("{}", Encoding.UTF8, "text/plain");
        using HttpResponseMessage response = await node.Http.PostAsync("/", content, Bound);
        Assert.Equal(415, (int)response.StatusCode);
    }

    [Fact]
    public async Task Post_Parameters_AreTheContracts()
    {
        await using RunningNode node = await RunningNode.StartAsync(DatabasePath, World, Shards, o => o, Bound);
        (_, string text) = await PostAsync(node, """{"jsonrpc":"2.0","id":1,"method":"teetee_parameters"}""");
        JsonElement result = JsonDocument.Parse(text).RootElement.GetProperty("result");
        Assert.Equal(("0x3c", "0x3e8"), (result.GetProperty("windowSeconds").GetString(), result.GetProperty("sequencerShareBps").GetString()));
        Assert.Equal(World.Deployment.Rollup.ToString(), result.GetProperty("rollup").GetString());
    }

    private async Task<(int Status, string Text)> PostAsync(RunningNode node, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await node.Http.PostAsync("/", content, Bound);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Bound));
    }
}
