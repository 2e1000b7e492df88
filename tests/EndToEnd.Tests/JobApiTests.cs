using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;

namespace TeeTee.EndToEnd.Tests;

[Collection(NetworkGroup.Name)]
public sealed class JobApiTests(NetworkFixture fixture)
{
    private const string Question = "What is a rollup?";

    [Fact]
    public async Task Submit_VoucherTooSmall_IsRefusedAndNothingHeld()
    {
        AccountInfo before = await fixture.SettledAccountAsync();
        Asking asking = await fixture.PrepareAsync(Question, 8);

        await RefusedAsync(asking with { Request = asking.Request with { CumulativeMax = asking.Request.CumulativeMax - 1 } }, HttpStatusCode.PaymentRequired, "insufficient_credit");

        Assert.Equal(before, await fixture.SettledAccountAsync());
    }

    [Fact]
    public async Task Submit_MoreThanTheDeposit_IsRefused()
    {
        Asking asking = await fixture.PrepareAsync(Question, 8);
        UInt128 rich = 10_000_000_000_000_000_000;

        await RefusedAsync(asking with { Request = asking.Request with { MaxFee = rich, CumulativeMax = rich * 2 } }, HttpStatusCode.PaymentRequired, "insufficient_credit");
    }

    [Fact]
    public async Task Submit_SameRequestAgain_ReplaysTheAnswerAndChargesOnce()
    {
        Asking asking = await fixture.PrepareAsync(Question, 8);
        (IReadOnlyList<uint> first, JobEvent finished) = await asking.RunAsync(fixture.Jobs);
        AccountInfo once = await fixture.SettledAccountAsync();

        (IReadOnlyList<uint> second, JobEvent again) = await asking.RunAsync(fixture.Jobs);

        Assert.Equal(first, second);
        Assert.Equal(Assert.IsType<JobFinished>(finished).TokensRoot, Assert.IsType<JobFinished>(again).TokensRoot);
        Assert.Equal(once, await fixture.SettledAccountAsync());
    }

    [Fact]
    public async Task Submit_UsedNonceForAnotherRequest_IsRefused()
    {
        Asking asking = await fixture.PrepareAsync(Question, 8);
        await asking.RunAsync(fixture.Jobs);

        await RefusedAsync(asking with { Request = asking.Request with { Deadline = asking.Request.Deadline + 1 } }, HttpStatusCode.Conflict, "nonce_used");
    }

    [Fact]
    public async Task Submit_SignedByAnother_IsRefused()
    {
        Asking asking = await fixture.PrepareAsync(Question, 8);

        await RefusedAsync(asking with { Signer = PrivateKey.Generate() }, HttpStatusCode.Forbidden, "bad_signature");
    }

    [Fact]
    public async Task Submit_SignedForAnotherChain_IsRefused()
    {
        Asking asking = await fixture.PrepareAsync(Question, 8);

        await RefusedAsync(asking with { Domain = new(asking.Domain.ChainId + 1, asking.Domain.Rollup) }, HttpStatusCode.Forbidden, "bad_signature");
    }

    [Fact]
    public async Task Submit_UnknownModel_IsRefused()
    {
        Asking asking = await fixture.PrepareAsync(Question, 8);

        await RefusedAsync(asking with { Request = asking.Request with { ModelId = Keccak256.Hash([1]) } }, HttpStatusCode.NotFound, "model_not_found");
    }

    [Fact]
    public async Task Submit_PromptLongerThanTheContext_IsRefused()
    {
        uint[] tokens = [.. Enumerable.Repeat(5u, fixture.Model.Config.ContextLength + 1)];
        NodeInfo node = await fixture.Jobs.GetInfoAsync(CancellationToken.None);
        AccountInfo account = await fixture.Jobs.GetAccountAsync(fixture.User.Address, CancellationToken.None);

        await RefusedAsync(Asking.Create(node, node.Models[0], fixture.User, account, tokens, 8), HttpStatusCode.BadRequest, "context_length_exceeded");
    }

    [Theory]
    [InlineData("v1/jobs")]
    [InlineData("v1/chat/completions")]
    public async Task Post_OverlongJson_IsRefusedWith413(string path)
    {
        string body = $$"""{"model": "{{fixture.Network.Model}}", "messages": [{"role": "user", "content": "{{new string('x', 5 << 20)}}"}]}""";

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "payload_too_large"), await PostAsync(path, body, "application/json"));
    }

    [Theory]
    [InlineData("v1/jobs")]
    [InlineData("v1/chat/completions")]
    public async Task Post_WrongContentType_IsRefusedWith415(string path) =>
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), await PostAsync(path, "{}", "text/plain"));

    [Theory]
    [InlineData("v1/jobs")]
    [InlineData("v1/chat/completions")]
    public async Task Post_BrokenJson_IsRefusedWith400(string path) =>
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), await PostAsync(path, """{"model": """, "application/json"));

    [Fact]
    public async Task Chat_UnknownModel_IsRefusedWith404() =>
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), await ChatAsync("nobody", "Hello"));

    [Fact]
    public async Task Chat_PromptLongerThanTheContext_IsRefusedWith400() =>
        Assert.Equal((HttpStatusCode.BadRequest, "context_length_exceeded"),
            await ChatAsync(fixture.Network.Model, string.Join(' ', Enumerable.Repeat("rollup", fixture.Model.Config.ContextLength))));

    private async Task RefusedAsync(Asking asking, HttpStatusCode status, string code)
    {
        JobApiException refusal = await Assert.ThrowsAsync<JobApiException>(() => asking.RunAsync(fixture.Jobs));
        Assert.Equal((status, code), (refusal.Status!.Value, refusal.Code));
    }

    private Task<(HttpStatusCode Status, string? Code)> ChatAsync(string model, string content) =>
        PostAsync("v1/chat/completions", JsonSerializer.Serialize(new { model, messages = new[] { new { role = "user", content } } }), "application/json");

    private async Task<(HttpStatusCode Status, string? Code)> PostAsync(string path, string body, string contentType)
    {
        using HttpClient http = new() { BaseAddress = fixture.Network.Sequencer, Timeout = Limits.Patience };
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, contentType) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", fixture.Network.ApiKey);
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await http.SendAsync(request);
        JsonElement error = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (response.StatusCode, error.GetProperty("error").GetProperty("code").GetString());
    }
}
