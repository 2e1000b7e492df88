using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.OpenAi;
using TeeTee.Gateway.Tests.Support;

namespace TeeTee.Gateway.Tests.OpenAi;

public sealed class RefusalTests
{
    private const string Chat = "v1/chat/completions";
    private const string Good = "\"model\":\"teetee-demo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    [Theory]
    [InlineData("{", null)]
    [InlineData("[]", null)]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", "model")]
    [InlineData("""{"model":"teetee-demo"}""", "messages")]
    [InlineData("""{"model":"teetee-demo","messages":[]}""", "messages")]
    [InlineData("""{"model":"teetee-demo","messages":[{"role":"robot","content":"Hi"}]}""", "messages[0].role")]
    [InlineData("""{"model":"teetee-demo","messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"model":"teetee-demo","messages":[{"role":"user","content":"\ud83d"}]}""", "messages[0].content")]
    [InlineData("""{"model":"teetee-demo","messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("{" + Good + ""","stream":"yes"}""", "stream")]
    [InlineData("{" + Good + ""","stream_options":{"include_usage":true}}""", "stream_options")]
    [InlineData("{" + Good + ""","max_tokens":0}""", "max_tokens")]
    [InlineData("{" + Good + ""","max_tokens":1.5}""", "max_tokens")]
    [InlineData("{" + Good + ""","temperature":3}""", "temperature")]
    [InlineData("{" + Good + ""","temperature":0.0001}""", "temperature")]
    [InlineData("{" + Good + ""","seed":"x"}""", "seed")]
    [InlineData("{" + Good + ""","stop":["a","b","c","d","e"]}""", "stop")]
    [InlineData("{" + Good + ""","stop":""}""", "stop")]
    public async Task Post_MalformedField_IsNamed(string body, string? param) =>
        await RefusedAsync(body, "invalid_request", param);

    [Theory]
    [InlineData("n", "2")]
    [InlineData("top_p", "0.9")]
    [InlineData("presence_penalty", "1")]
    [InlineData("frequency_penalty", "-1")]
    [InlineData("logit_bias", """{"1":2}""")]
    [InlineData("logprobs", "true")]
    [InlineData("top_logprobs", "2")]
    [InlineData("response_format", """{"type":"json_object"}""")]
    [InlineData("tools", "[{}]")]
    public async Task Post_UnsupportedField_IsNamed(string field, string value) =>
        await RefusedAsync($"{{{Good},\"{field}\":{value}}}", "unsupported_field", field);

    [Fact]
    public async Task Post_NeutralAndUnknownFields_AreAccepted()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one") };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);
        const string Neutral = ""","n":1,"top_p":1,"presence_penalty":0,"frequency_penalty":0.0,"logit_bias":{},"logprobs":false,"response_format":{"type":"text"},"tools":[],"user":"me","later":{"a":[1]},"stop":null}""";

        using HttpResponseMessage response = await server.PostTextAsync(Chat, "{" + Good + Neutral);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Post_ImagePart_IsUnsupported() =>
        await RefusedAsync("""{"model":"teetee-demo","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""", "unsupported_field", "messages[0].content[0]");

    [Fact]
    public async Task Post_UnknownModel_IsNotFound()
    {
        await using GatewayServer server = await GatewayServer.StartAsync(new ScriptedSequencer());

        await server.PostAsync(Chat, new { model = "gpt-9", messages = new[] { new { role = "user", content = "Hi" } } })
            .ShouldFailAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        await server.Http.GetAsync("v1/models/gpt-9").ShouldFailAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        await server.Http.GetAsync("v1/nothing").ShouldFailAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Post_PromptLongerThanContext_IsRefusedAndNotSigned()
    {
        ScriptedSequencer sequencer = new();
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);
        string text = string.Concat(Enumerable.Repeat("word ", 5_000));

        await server.PostAsync(Chat, new { model = "teetee-demo", messages = new[] { new { role = "user", content = text } } })
            .ShouldFailAsync(HttpStatusCode.BadRequest, "context_length_exceeded", "messages");

        Assert.Empty(sequencer.Submissions);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("tt-wrong")]
    public async Task Post_NoOrUnknownApiKey_IsUnauthorized(string? key)
    {
        await using GatewayServer server = await GatewayServer.StartAsync(new ScriptedSequencer());
        server.Http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);

        await server.PostTextAsync(Chat, "{" + Good + "}").ShouldFailAsync(HttpStatusCode.Unauthorized, "unauthorized");
        await server.Http.GetAsync("v1/models").ShouldFailAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task Post_WrongContentType_IsRefused()
    {
        await using GatewayServer server = await GatewayServer.StartAsync(new ScriptedSequencer());

        await server.PostTextAsync(Chat, "{" + Good + "}", "text/plain").ShouldFailAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_BodyAboveLimit_IsRefusedWhateverItClaims(bool chunked)
    {
        await using GatewayServer server = await GatewayServer.StartAsync(new ScriptedSequencer(), new OpenAiGatewayOptions { MostBodyBytes = 1024 });
        using HttpRequestMessage request = new(HttpMethod.Post, Chat) { Content = new StringContent("{" + Good + ",\"user\":\"" + new string('x', 2000) + "\"}", null, "application/json") };
        request.Headers.TransferEncodingChunked = chunked;

        await server.Http.SendAsync(request).ShouldFailAsync(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Theory]
    [InlineData(HttpStatusCode.PaymentRequired, "insufficient_credit", HttpStatusCode.PaymentRequired)]
    [InlineData(HttpStatusCode.TooManyRequests, "rate_limited", HttpStatusCode.TooManyRequests)]
    [InlineData(null, "unreachable", HttpStatusCode.ServiceUnavailable)]
    public async Task Post_SequencerRefuses_KeepsTheCode(HttpStatusCode? status, string code, HttpStatusCode expected)
    {
        ScriptedSequencer sequencer = new();
        sequencer.Refusals.Enqueue(new JobApiException(status, code, "No.", TimeSpan.FromSeconds(7)));
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        using HttpResponseMessage response = await server.PostTextAsync(Chat, "{" + Good + "}");

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected != HttpStatusCode.PaymentRequired, response.Headers.RetryAfter is not null);
    }

    [Fact]
    public async Task Post_CapTooSmall_IsInsufficientCredit()
    {
        ScriptedSequencer sequencer = new();
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer, cap: 10);

        await server.PostTextAsync(Chat, "{" + Good + "}").ShouldFailAsync(HttpStatusCode.PaymentRequired, "insufficient_credit");

        Assert.Empty(sequencer.Submissions);
    }

    [Theory]
    [InlineData("my-request.1", true)]
    [InlineData("evil value!", false)]
    public async Task Post_RequestId_IsEchoedOnlyIfHarmless(string id, bool echoed)
    {
        await using GatewayServer server = await GatewayServer.StartAsync(new ScriptedSequencer());
        using HttpRequestMessage request = new(HttpMethod.Get, "v1/models");
        request.Headers.TryAddWithoutValidation("X-Request-Id", id);

        using HttpResponseMessage response = await server.Http.SendAsync(request);

        Assert.Equal(echoed, response.Headers.GetValues("X-Request-Id").Single() == id);
    }

    [Fact]
    public void Read_RandomlyMutatedBodies_NeverThrowAnythingElse()
    {
        byte[] good = System.Text.Encoding.UTF8.GetBytes("{" + Good + ""","stream":true,"stream_options":{"include_usage":true},"stop":["a"],"max_tokens":5,"logit_bias":{}}""");
        Random random = new(5);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] body = [.. good[..random.Next(good.Length + 1)], .. good[random.Next(good.Length)..]];
            for (int flips = random.Next(4); flips > 0 && body.Length > 0; flips--)
                body[random.Next(body.Length)] = (byte)random.Next(32, 256);
            Exception? fault = Record.Exception(() => RequestReader.ReadChat(body));
            Assert.True(fault is null or OpenAiException, fault?.ToString());
        }
    }

    private static async Task RefusedAsync(string body, string code, string? param)
    {
        ScriptedSequencer sequencer = new();
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        await server.PostTextAsync(Chat, body).ShouldFailAsync(HttpStatusCode.BadRequest, code, param);

        Assert.Empty(sequencer.Submissions);
    }
}
