using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TeeTee.Gateway.Jobs;

namespace TeeTee.EndToEnd.Tests;

[Collection(NetworkGroup.Name)]
public sealed class OpenAiClientTests(NetworkFixture fixture)
{
    [Fact]
    public async Task OpenAiClient_ChatStreamedAndWhole_GivesTheSameAnswerAndUsage()
    {
        JsonElement result = await RunAsync();

        Assert.Equal([fixture.Network.Model], result.GetProperty("models").EnumerateArray().Select(m => m.GetString()));
        Assert.Contains("blockchain", result.GetProperty("text").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.True(result.GetProperty("pieces").GetInt32() > 3);
        Assert.Equal("stop", result.GetProperty("finish").GetString());
        Assert.Equal(result.GetProperty("text").GetString(), result.GetProperty("whole").GetProperty("text").GetString());
        JsonElement usage = result.GetProperty("usage");
        Assert.Equal(
            usage.GetProperty("total_tokens").GetInt32(),
            usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), result.GetProperty("whole").GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Matches("^0x[0-9a-f]{64}$", result.GetProperty("whole").GetProperty("receiptId").GetString());
        Assert.Equal("""{"name":"NotFoundError","status":404,"code":"model_not_found"}""", result.GetProperty("error").GetRawText());
    }

    [Fact]
    public async Task Chat_ClientGoneInMidStream_IsChargedForWhatTheReceiptSaysAndNoMore()
    {
        AccountInfo before = await fixture.SettledAccountAsync();
        string id;
        using (HttpClient http = new() { BaseAddress = fixture.Network.Sequencer, Timeout = Limits.Patience })
        using (HttpResponseMessage response = await OpenStreamAsync(http))
        {
            id = response.Headers.GetValues("X-Receipt-Id").Single();
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            Assert.True(await stream.ReadAsync(new byte[64]) > 0);
        }

        AccountInfo after = await fixture.SettledAccountAsync();

        using HttpClient status = new() { BaseAddress = fixture.Network.Sequencer, Timeout = Limits.Patience };
        JsonElement job = await status.GetFromJsonAsync<JsonElement>($"v1/jobs/{id}");
        Assert.Equal("answered", job.GetProperty("state").GetString());
        Assert.Equal(UInt128.Parse(job.GetProperty("fee").GetString()!, CultureInfo.InvariantCulture), after.Spent - before.Spent);
        // The gateway's cancellation may come too late for the count it signs; then the answer ends by itself.
        Assert.Contains(job.GetProperty("finish").GetString(), (string[])["cancelled", "stop", "length"]);
    }

    [Fact]
    public async Task Ask_RunningNetwork_VerifiesTheAnswer()
    {
        TeeTeeProgram.Ended ask = await TeeTeeProgram.RunAsync(
            "ask", "What is Ethereum?", "--json", "--url", fixture.Network.Sequencer.ToString(), "--model", NetworkFixture.ModelPath,
            "--key-file", fixture.UserKeyFile, "--deployment", Path.Combine(fixture.Network.State, "deployment.json"));

        Assert.True(ask.ExitCode == 0, ask.Errors);
        Assert.True(ask.Json().GetProperty("verified").GetBoolean());
        Assert.Equal(2, ask.Json().GetProperty("shards").GetInt32());
    }

    private Task<HttpResponseMessage> OpenStreamAsync(HttpClient http)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "v1/chat/completions")
        {
            Content = JsonContent.Create(new
            {
                model = fixture.Network.Model,
                messages = new[] { new { role = "user", content = "What is Ethereum?" } },
                stream = true,
                temperature = 0,
            }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", fixture.Network.ApiKey);
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private async Task<JsonElement> RunAsync()
    {
        ProcessStartInfo start = new("node", [
            Repository.PathOf("tests", "EndToEnd.Tests", "Node", "chat.mjs"), new Uri(fixture.Network.Sequencer, "v1").ToString(),
            fixture.Network.ApiKey, fixture.Network.Model, "What is Ethereum?",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process node = Process.Start(start)!;
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        Task<string> errors = node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync().WaitAsync(Limits.Patience);
        Assert.True(node.ExitCode == 0, await errors);
        using JsonDocument document = JsonDocument.Parse(await output);
        return document.RootElement.Clone();
    }
}
