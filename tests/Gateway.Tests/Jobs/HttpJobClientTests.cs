using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Gateway.Tests.Support;
using TeeTee.Hosting;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Tests.Jobs;

/// <summary>The client of the native job API against a real Kestrel that breaks in every way.</summary>
public sealed class HttpJobClientTests : IAsyncDisposable
{
    private static readonly JobPrompt s_prompt = new(new uint[] { 5, 6, 7 }, 50, [DemoModel.EndOfText], Sampling.GreedyPick);
    private readonly ScriptedSequencer _sequencer = new() { Answer = DemoModel.Answer("one two three four five") };
    private readonly ConcurrentQueue<Func<HttpContext, JobSubmission, Task>> _posts = new();
    private readonly ConcurrentQueue<uint> _resumes = new();
    private WebApplication? _application;

    [Fact]
    public async Task SubmitAsync_StreamBreaksTwice_IsTakenUpWithoutGapOrRepeat()
    {
        List<JobEvent> all = [];
        _posts.Enqueue(async (http, submission) =>
        {
            await foreach (JobEvent item in _sequencer.SubmitAsync(submission, http.RequestAborted))
                all.Add(item);
            await SendAsync(http, all.Take(4));
            http.Abort();
        });
        // Repeats what was sent, as a sequencer that ignores resumeFrom, then ends in mid-answer.
        _posts.Enqueue((http, _) => SendAsync(http, all.Take(6)));
        _posts.Enqueue((http, _) => Task.FromResult(http.Response.StatusCode = 503));
        _posts.Enqueue((http, submission) => SendAsync(http, all.Where(item => item is not JobTokens t || t.First >= submission.ResumeFrom)));
        HttpJobClient client = await StartAsync(TimeSpan.FromSeconds(20));
        using JobSigner signer = Signer(client);

        await using RunningJob job = await signer.StartAsync(_sequencer.Node, _sequencer.Model, s_prompt, CancellationToken.None);
        AnswerReader reader = new(job, client, _sequencer.Node, _sequencer.Model, Ethereum.Secp256k1Recovery.Instance);
        List<uint> tokens = [];
        await foreach (uint token in reader.ReadAsync(CancellationToken.None))
            tokens.Add(token);

        Assert.Equal(_sequencer.Answer, tokens);
        Assert.Equal([0u, 3u, 5u, 5u], _resumes);
    }

    [Fact]
    public async Task SubmitAsync_SequencerStaysAway_EndsAfterItsPatience()
    {
        for (int i = 0; i < 100; i++)
            _posts.Enqueue((http, _) => Task.FromResult(http.Response.StatusCode = 503));
        HttpJobClient client = await StartAsync(TimeSpan.Zero);
        using JobSigner signer = Signer(client);

        var fault = await Assert.ThrowsAsync<JobApiException>(() => signer.StartAsync(_sequencer.Node, _sequencer.Model, s_prompt, CancellationToken.None));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, fault.Status);
    }

    [Fact]
    public async Task SubmitAsync_SkippedToken_IsRefused()
    {
        _posts.Enqueue(async (http, submission) =>
        {
            List<JobEvent> all = [];
            await foreach (JobEvent item in _sequencer.SubmitAsync(submission, http.RequestAborted))
                all.Add(item);
            await SendAsync(http, all.Where((_, i) => i != 2));
        });
        HttpJobClient client = await StartAsync(TimeSpan.Zero);
        using JobSigner signer = Signer(client);
        await using RunningJob job = await signer.StartAsync(_sequencer.Node, _sequencer.Model, s_prompt, CancellationToken.None);

        var fault = await Assert.ThrowsAsync<JobApiException>(async () =>
        {
            await foreach (JobEvent _ in job.ReadAllAsync())
            {
            }
        });

        Assert.Contains("skips", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubmitAsync_Refused_GivesCodeStatusAndRetryAfter()
    {
        _posts.Enqueue(async (http, _) =>
        {
            http.Response.StatusCode = 402;
            http.Response.Headers.RetryAfter = "9";
            await http.Response.WriteAsJsonAsync(new ApiErrorBody(new ApiError("insufficient_credit", "Too little.")), JobApiJson.Options);
        });
        HttpJobClient client = await StartAsync(TimeSpan.FromSeconds(20));
        using JobSigner signer = Signer(client);

        var fault = await Assert.ThrowsAsync<JobApiException>(() => signer.StartAsync(_sequencer.Node, _sequencer.Model, s_prompt, CancellationToken.None));

        Assert.Equal((HttpStatusCode.PaymentRequired, "insufficient_credit", TimeSpan.FromSeconds(9)), (fault.Status, fault.Code, fault.RetryAfter));
    }

    [Fact]
    public async Task GetAccountAsync_NotJson_IsATypedFault()
    {
        HttpJobClient client = await StartAsync(TimeSpan.Zero, account: "<html>");

        Assert.Equal("unreachable", (await Assert.ThrowsAsync<JobApiException>(() => client.GetAccountAsync(_sequencer.User.Address, CancellationToken.None))).Code);
        Assert.Null(await client.GetReceiptAsync(Primitives.Bytes32.Zero, CancellationToken.None));
    }

    [Fact]
    public async Task Read_EndlessEventOrSilence_IsABrokenStream()
    {
        EventByteStream endless = new(new MemoryStream(new byte[5000]), 4096, TimeSpan.FromSeconds(30), TimeProvider.System);
        await Assert.ThrowsAsync<IOException>(async () => await endless.CopyToAsync(Stream.Null));

        System.IO.Pipelines.Pipe silent = new();
        EventByteStream waiting = new(silent.Reader.AsStream(), 4096, TimeSpan.FromMilliseconds(20), TimeProvider.System);
        await Assert.ThrowsAsync<IOException>(async () => await waiting.CopyToAsync(Stream.Null));

        EventByteStream many = new(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("data: x\n\n", 5000)))), 4096, TimeSpan.FromSeconds(30), TimeProvider.System);
        await many.CopyToAsync(Stream.Null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is null)
            return;
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private JobSigner Signer(IJobClient client) => new(client, _sequencer.User.Address, _sequencer.User, PaymentKind.Credits, TimeProvider.System);

    private static async Task SendAsync(HttpContext http, IEnumerable<JobEvent> events)
    {
        http.Response.ContentType = "text/event-stream";
        foreach (JobEvent item in events)
            await http.Response.WriteAsync($": keep-alive\n\nevent: {JobEventReader.NameOf(item)}\ndata: {JobEventReader.DataOf(item)}\n\n");
        await http.Response.Body.FlushAsync();
        // What was flushed reaches the client before an abort that follows.
        await Task.Delay(100);
    }

    private async Task<HttpJobClient> StartAsync(TimeSpan patience, string? account = null)
    {
        _application = ServiceHost.CreateBuilder(new IPEndPoint(IPAddress.Loopback, 0), exitWithParent: false).Build();
        _application.MapGet("/v1/accounts/{address}", async (HttpContext http) => await http.Response.WriteAsync(account
            ?? JsonSerializer.Serialize(await _sequencer.GetAccountAsync(_sequencer.User.Address, CancellationToken.None), JobApiJson.Options)));
        _application.MapPost("/v1/jobs", async (HttpContext http) =>
        {
            JobSubmission submission = (await JsonSerializer.DeserializeAsync<JobSubmission>(http.Request.Body, JobApiJson.Options))!;
            _resumes.Enqueue(submission.ResumeFrom);
            Assert.True(_posts.TryDequeue(out Func<HttpContext, JobSubmission, Task>? post));
            await post(http, submission);
        });
        Uri address = await ServiceHost.StartAsync(_application, CancellationToken.None);
        return new HttpJobClient(new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan }, patience, TimeProvider.System);
    }
}
