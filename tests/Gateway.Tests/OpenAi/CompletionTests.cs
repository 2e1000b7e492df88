using System.Net;
using System.Text.Json;
using TeeTee.Gateway.Tests.Support;

namespace TeeTee.Gateway.Tests.OpenAi;

public sealed class CompletionTests
{
    private const string Path = "v1/completions";

    [Fact]
    public async Task Post_TextPrompt_IsTokenizedHere()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("is a chain") };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        JsonElement body = await (await server.PostAsync(Path, new { model = "teetee-demo", prompt = "Ethereum" })).JsonAsync();

        Assert.Equal(DemoModel.Model.Tokenizer.Encode("Ethereum", DemoModel.Model.Tokenizer.AddsBos), sequencer.Submissions.Single().Tokens!.Value.ToArray());
        Assert.Equal(16u, sequencer.Submissions.Single().Request.MaxOutputTokens);
        Assert.Equal("text_completion", body.GetProperty("object").GetString());
        Assert.Equal(Text(sequencer), body.GetProperty("choices")[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("[5,6,7]")]
    [InlineData("[[5,6,7]]")]
    public async Task Post_TokenPrompt_IsSentAsItIs(string prompt)
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one") };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        List<string> events = await (await server.PostTextAsync(Path, $"{{\"model\":\"teetee-demo\",\"stream\":true,\"prompt\":{prompt}}}")).EventsAsync();

        Assert.Equal([5u, 6u, 7u], sequencer.Submissions.Single().Tokens!.Value.ToArray());
        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal(Text(sequencer), string.Concat(events.SkipLast(1).Select(e => JsonDocument.Parse(e).RootElement.GetProperty("choices")[0].GetProperty("text").GetString())));
    }

    [Theory]
    [InlineData("[]", "invalid_request")]
    [InlineData("5", "invalid_request")]
    [InlineData("[1,-1]", "invalid_request")]
    [InlineData("[4294967295]", "invalid_request")]
    [InlineData("""["a","b"]""", "unsupported_field")]
    [InlineData("[[1],[2]]", "unsupported_field")]
    public async Task Post_BadPrompt_IsRefused(string prompt, string code)
    {
        await using GatewayServer server = await GatewayServer.StartAsync(new ScriptedSequencer());

        await server.PostTextAsync(Path, $"{{\"model\":\"teetee-demo\",\"prompt\":{prompt}}}").ShouldFailAsync(HttpStatusCode.BadRequest, code, "prompt");
    }

    [Theory]
    [InlineData("echo", "true")]
    [InlineData("best_of", "3")]
    [InlineData("suffix", "\"x\"")]
    [InlineData("logprobs", "0")]
    public async Task Post_UnsupportedField_IsNamed(string field, string value)
    {
        await using GatewayServer server = await GatewayServer.StartAsync(new ScriptedSequencer());

        await server.PostTextAsync(Path, $"{{\"model\":\"teetee-demo\",\"prompt\":\"a\",\"{field}\":{value}}}").ShouldFailAsync(HttpStatusCode.BadRequest, "unsupported_field", field);
    }

    /// <summary>The answer decoded at once; unlike in a chat, the tokenizer's leading space stays.</summary>
    private static string Text(ScriptedSequencer sequencer) =>
        System.Text.Encoding.UTF8.GetString(DemoModel.Model.Tokenizer.Decode([.. sequencer.Answer]));
}
