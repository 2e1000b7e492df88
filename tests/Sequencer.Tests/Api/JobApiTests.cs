using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TeeTee.Gateway.Jobs;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Api;

/// <summary>The wire of the job API as a stranger's client sees it.</summary>
public sealed class JobApiTests
{
    public static TheoryData<string> BadBodies =>
    [
        "", "null", "[]", "{", "{}", "\"text\"", "{\"request\":null}", "{\"request\":{},\"signature\":\"0x\"}", "{\"request\":1,\"request\":2}",
        new string('[', 5_000), "{\"tokens\":[-1]}", "\u0000",
    ];

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task PostJobs_MalformedBody_Is400(string body)
    {
        await using TestSequencer test = await TestSequencer.StartAsync(waitForShards: false);
        await AssertErrorAsync(await PostAsync(test, "v1/jobs", body), HttpStatusCode.BadRequest, "invalid_request");
        await AssertErrorAsync(await PostAsync(test, $"v1/jobs/{TestWorld.ModelId}/cancel", body), HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task PostJobs_EachTruncationOfAGoodBody_Is400()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        string good = Json(TestWorld.Request(1));
        for (int length = 0; length < good.Length; length += 37)
            await AssertErrorAsync(await PostAsync(test, "v1/jobs", good[..length]), HttpStatusCode.BadRequest, "invalid_request");
        Assert.Empty(test.Store.Running());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task PostJobs_OtherContentType_Is415(string? contentType)
    {
        await using TestSequencer test = await TestSequencer.StartAsync(waitForShards: false);
        ByteArrayContent content = new(Encoding.UTF8.GetBytes(Json(TestWorld.Request(1))));
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        HttpResponseMessage response = await test.Http.PostAsync("v1/jobs", content).Within();
        await AssertErrorAsync(response, HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PostJobs_LongerThanTheLimit_Is413(bool withLength)
    {
        await using TestSequencer test = await TestSequencer.StartAsync(new JobLimits { MaxSubmissionBytes = 10_000 }, waitForShards: false);
        byte[] body = Encoding.UTF8.GetBytes("{\"tokens\":[" + string.Concat(Enumerable.Repeat("1,", 10_000)) + "1]}");
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/jobs") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = !withLength;
        await AssertErrorAsync(await test.Http.SendAsync(request).Within(), HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Fact]
    public async Task Get_UnknownOrMalformedNames_AreTold()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(waitForShards: false);
        await AssertErrorAsync(await test.Http.GetAsync($"v1/jobs/{TestWorld.ModelId}").Within(), HttpStatusCode.NotFound, "not_found");
        await AssertErrorAsync(await test.Http.GetAsync("v1/jobs/0x12").Within(), HttpStatusCode.BadRequest, "invalid_request");
        await AssertErrorAsync(await test.Http.GetAsync("v1/accounts/me").Within(), HttpStatusCode.BadRequest, "invalid_request");
        await AssertErrorAsync(await test.Http.GetAsync("v1/nothing").Within(), HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task PostJobs_GoodBody_StreamsNamedEventsAndKeepsAlive()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        ShardPlan plan = new() { HoldAt = 3 };
        test.First.Plans.Enqueue(plan);
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/jobs")
        {
            Content = new StringContent(Json(TestWorld.Request(1)), Encoding.UTF8, "application/json"),
        };
        using HttpResponseMessage response = await test.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within();
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        List<string> lines = [];
        while (await reader.ReadLineAsync().Within() is { } line)
        {
            lines.Add(line);
            if (line == ": keep-alive")
                plan.Gate.TrySetResult();
        }

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("event: accepted", lines[0]);
        Assert.StartsWith("data: {\"jobId\":\"0x", lines[1], StringComparison.Ordinal);
        Assert.Contains(": keep-alive", lines);
        string[] names = [.. lines.Where(l => l.StartsWith("event: ", StringComparison.Ordinal)).Select(l => l[7..])];
        Assert.Equal(["accepted", "finished"], [names[0], names[^1]]);
        Assert.All(names[1..^1], name => Assert.Equal("tokens", name));
        using JsonDocument finished = JsonDocument.Parse(lines.Last(l => l.StartsWith("data: ", StringComparison.Ordinal))[6..]);
        Assert.Equal("87", finished.RootElement.GetProperty("fee").GetString());
        Assert.Equal("stop", finished.RootElement.GetProperty("finish").GetString());
    }

    [Fact]
    public async Task GetInfo_CompletePipeline_ListsModelSlotsAndPrices()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        NodeInfo info = await test.Client.GetInfoAsync(CancellationToken.None).Within();
        ModelInfo model = Assert.Single(info.Models);

        Assert.Equal((1u, 31337ul, 10u, 60u, 1_000u), (info.ProtocolVersion, info.ChainId, info.EpochSeconds, info.WindowSeconds, info.SequencerShareBps));
        Assert.Equal((TestWorld.Deployment.Rollup, TestWorld.Sequencer.Address), (info.Rollup, info.Sequencer));
        Assert.Equal(("test-model", 4u, 64u, 1000u), (model.Name, model.LayerCount, model.ContextLength, model.VocabularySize));
        Assert.Equal(((UInt128)7, (UInt128)11, FakeChain.EncryptionKey), (model.PromptPrice, model.OutputPrice, model.EncryptionKey));
        Assert.Equal([(7u, "simulated"), (9u, "simulated")], model.Slots.Select(s => (s.SlotId, s.TeeType)));
    }

    [Fact]
    public async Task GetJob_EachState_TellsCountsAndFee()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        ShardPlan plan = new() { HoldAt = 2 };
        test.First.Plans.Enqueue(plan);
        JobRequest request = TestWorld.Request(1);
        Task<List<JobEvent>> running = test.RunAsync(request);
        await BoundedWait.UntilAsync(() => test.Jobs.Status(TestWorld.Domain.Digest(request))?.OutputTokens == 2);
        using JsonDocument before = JsonDocument.Parse(await test.Http.GetStringAsync($"v1/jobs/{TestWorld.Domain.Digest(request)}").Within());
        plan.Gate.SetResult();
        await running.Within();
        using JsonDocument after = JsonDocument.Parse(await test.Http.GetStringAsync($"v1/jobs/{TestWorld.Domain.Digest(request)}").Within());

        Assert.Equal(("running", 2u), (before.RootElement.GetProperty("state").GetString(), before.RootElement.GetProperty("outputTokens").GetUInt32()));
        Assert.False(before.RootElement.TryGetProperty("fee", out _));
        Assert.Equal(("answered", 6u), (after.RootElement.GetProperty("state").GetString(), after.RootElement.GetProperty("outputTokens").GetUInt32()));
        Assert.Equal(("stop", "87"), (after.RootElement.GetProperty("finish").GetString(), after.RootElement.GetProperty("fee").GetString()));
    }

    [Fact]
    public async Task Refusal_ToWait_CarriesRetryAfter()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(new JobLimits { MaxStreams = 0 });
        HttpResponseMessage response = await PostAsync(test, "v1/jobs", Json(TestWorld.Request(1)));
        await AssertErrorAsync(response, HttpStatusCode.ServiceUnavailable, "overloaded");
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task Readyz_ShardsAwayOrThere_FollowsThem()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await test.Http.GetAsync("readyz").Within()).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await test.Http.GetAsync("livez").Within()).StatusCode);
        await test.RunAsync(TestWorld.Request(1));
        // Other tests of this process count under the same name.
        Assert.Matches("teetee_sequencer_jobs_answered_total [1-9]", await test.Http.GetStringAsync("metrics").Within());
        await test.Second.DisposeAsync();
        await BoundedWait.UntilAsync(() => test.Pool.PipelineOf(TestWorld.ModelId) is null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await test.Http.GetAsync("readyz").Within()).StatusCode);
    }

    private static string Json(JobRequest request) => JsonSerializer.Serialize(TestWorld.Submission(request), JobApiJson.Options);

    private static Task<HttpResponseMessage> PostAsync(TestSequencer test, string path, string body) =>
        test.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json")).Within();

    private static async Task AssertErrorAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        string body = await response.Content.ReadAsStringAsync().Within();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {body}");
        Assert.Equal(code, JsonSerializer.Deserialize<ApiErrorBody>(body, JobApiJson.Options)!.Error.Code);
    }
}
