using System.Net;
using System.Text.Json;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Tests.Support;
using TeeTee.Inference.Tokenization;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Tests.OpenAi;

public sealed class ChatCompletionTests
{
    private const string Path = "v1/chat/completions";
    private static readonly object[] s_question = [new { role = "user", content = "What is Ethereum?" }];

    [Fact]
    public async Task Post_PlainChat_ReturnsVerifiedAnswerWithUsage()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("A rollup settles on a chain.") };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        HttpResponseMessage response = await server.PostAsync(Path, new { model = "teetee-demo", messages = s_question, temperature = 0 });
        string receipt = response.Headers.GetValues("X-Receipt-Id").Single();
        JsonElement body = await response.JsonAsync();

        JobSubmission job = Assert.Single(sequencer.Submissions);
        Assert.Equal(DemoModel.Model.GetChatTemplate()!.Encode([new ChatMessage("user", "What is Ethereum?")], true), job.Tokens!.Value);
        Assert.Equal("chat.completion", body.GetProperty("object").GetString());
        Assert.Equal("A rollup settles on a chain.", body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        JsonElement usage = body.GetProperty("usage");
        Assert.Equal((job.Tokens.Value.Length, sequencer.Answer.Count), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
        Assert.Equal(sequencer.Domain.Digest(job.Request).ToString(), receipt);
        Assert.Equal(receipt, body.GetProperty("teetee").GetProperty("receiptId").GetString());
        Assert.Equal((job.Tokens.Value.Length * 3 + sequencer.Answer.Count * 5).ToString(), body.GetProperty("teetee").GetProperty("fee").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_Stream_HasOpenAisOrderOfChunks(bool includeUsage)
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("Größe ☃ and 😀 end") };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        List<string> events = await (await server.PostAsync(Path, new
        {
            model = "teetee-demo",
            messages = s_question,
            stream = true,
            stream_options = new { include_usage = includeUsage },
        })).EventsAsync();

        Assert.Equal("[DONE]", events[^1]);
        JsonElement[] chunks = [.. events.SkipLast(1).Select(item => JsonDocument.Parse(item).RootElement)];
        JsonElement[] deltas = [.. chunks.Where(c => c.GetProperty("choices").GetArrayLength() > 0).Select(c => c.GetProperty("choices")[0])];
        Assert.Equal("assistant", deltas[0].GetProperty("delta").GetProperty("role").GetString());
        Assert.Equal("Größe ☃ and 😀 end", string.Concat(deltas.Skip(1).SkipLast(1).Select(d => d.GetProperty("delta").GetProperty("content").GetString())));
        Assert.All(deltas.SkipLast(1), d => Assert.Equal(JsonValueKind.Null, d.GetProperty("finish_reason").ValueKind));
        Assert.Equal("stop", deltas[^1].GetProperty("finish_reason").GetString());
        Assert.Single(chunks.Select(c => (c.GetProperty("id").GetString(), c.GetProperty("created").GetInt64(), c.GetProperty("model").GetString())).Distinct());
        Assert.Equal(includeUsage, chunks[^1].GetProperty("choices").GetArrayLength() == 0);
        Assert.All(chunks.SkipLast(1), c => Assert.Equal(includeUsage, c.TryGetProperty("usage", out _)));
        if (includeUsage)
            Assert.Equal(sequencer.Answer.Count, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Post_StopStringAcrossTokens_CutsTheTextAndEndsTheJob()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one two three four five six") };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        JsonElement body = await (await server.PostAsync(Path, new { model = "teetee-demo", messages = s_question, stop = "wo thr" })).JsonAsync();

        Assert.Equal("one t", body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal("stop", body.GetProperty("teetee").GetProperty("unproven")[0].GetString());
        CancelJob cancel = Assert.Single(sequencer.Cancellations);
        Assert.Equal((int)cancel.OutputTokens, body.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.True(cancel.OutputTokens < sequencer.Answer.Count);
    }

    [Fact]
    public async Task Post_MaxTokens_EndsByLength()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one two three four five six") };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        JsonElement body = await (await server.PostAsync(Path, new { model = "teetee-demo", messages = s_question, max_tokens = 9, max_completion_tokens = 2 })).JsonAsync();

        Assert.Equal("length", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(2, body.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Post_ClientHangsUp_SignsACancellationForWhatItReceived()
    {
        TaskCompletionSource never = new();
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one two three four five six"), Pause = (3, never.Task) };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);
        using HttpRequestMessage request = new(HttpMethod.Post, Path)
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { model = "teetee-demo", messages = s_question, stream = true }),
        };

        using (HttpResponseMessage response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            Stream stream = await response.Content.ReadAsStreamAsync();
            Assert.True(await stream.ReadAsync(new byte[64]) > 0);
        }

        for (int i = 0; i < 500 && sequencer.Cancellations.IsEmpty; i++)
            await Task.Delay(20);
        Assert.Equal(3u, Assert.Single(sequencer.Cancellations).OutputTokens);
    }

    [Fact]
    public async Task Post_JobFailsBeforeText_HasItsRealStatus()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one two"), Failure = (0, new JobFailed("shard_unavailable", "Slot 1 is away.", true)) };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        await server.PostAsync(Path, new { model = "teetee-demo", messages = s_question, stream = true }).ShouldFailAsync(HttpStatusCode.ServiceUnavailable, "shard_unavailable");
    }

    [Fact]
    public async Task Post_JobFailsAfterText_EndsTheStreamWithAnErrorEvent()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one two three"), Failure = (3, new JobFailed("shard_unavailable", "Slot 1 is away.", true)) };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        List<string> events = await (await server.PostAsync(Path, new { model = "teetee-demo", messages = s_question, stream = true })).EventsAsync();

        Assert.Equal("shard_unavailable", JsonDocument.Parse(events[^1]).RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.DoesNotContain("[DONE]", events);
    }

    [Fact]
    public async Task Post_ReceiptOverOtherTokens_IsRefused()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one two three"), Tamper = f => f with { TokensRoot = Primitives.Bytes32.Zero } };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        await server.PostAsync(Path, new { model = "teetee-demo", messages = s_question }).ShouldFailAsync(HttpStatusCode.InternalServerError, "internal");
    }

    [Fact]
    public async Task Post_SameSeed_SignsTheSameSampling()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one") };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        foreach (int seed in (int[])[7, 7, 8])
            (await server.PostAsync(Path, new { model = "teetee-demo", messages = s_question, seed, temperature = 0.5 })).EnsureSuccessStatusCode().Dispose();

        Sampling[] signed = [.. sequencer.Submissions.Select(s => s.Request.Sampling)];
        Assert.Equal(signed[0], signed[1]);
        Assert.NotEqual(signed[0].Seed, signed[2].Seed);
        Assert.Equal(2f, signed[0].InverseTemperature);
    }
}
