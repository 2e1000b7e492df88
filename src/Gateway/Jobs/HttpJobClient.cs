using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TeeTee.Gateway.Attestation;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Jobs;

/// <summary>The job API over HTTP. A stream that breaks is taken up where it stopped, by sending the same signed request again, until <c>patience</c> has passed without progress.</summary>
/// <param name="http">Its base address is the sequencer; its timeout must be infinite, streams last.</param>
/// <param name="patience">How long a sequencer may be away in mid-answer.</param>
/// <param name="clock">Measures the patience.</param>
public sealed class HttpJobClient(HttpClient http, TimeSpan patience, TimeProvider clock) : IJobClient
{
    private const long MaxBodyBytes = 16 << 20;
    private const int MostEventBytes = 8 << 20;
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public Task<NodeInfo> GetInfoAsync(CancellationToken cancellationToken) =>
        CallAsync<NodeInfo>(HttpMethod.Get, "v1/info", body: null, cancellationToken);

    /// <inheritdoc/>
    public Task<AccountInfo> GetAccountAsync(Address address, CancellationToken cancellationToken) =>
        CallAsync<AccountInfo>(HttpMethod.Get, $"v1/accounts/{address}", body: null, cancellationToken);

    /// <inheritdoc/>
    public async Task<CancelOutcome> CancelAsync(JobCancellation cancellation, CancellationToken cancellationToken) =>
        (await CallAsync<CancelReply>(HttpMethod.Post, $"v1/jobs/{cancellation.Cancel.JobId}/cancel", cancellation, cancellationToken).ConfigureAwait(false)).State;

    /// <inheritdoc/>
    public Task<JsonElement?> GetReceiptAsync(Bytes32 jobId, CancellationToken cancellationToken) => FindAsync($"v1/receipts/{jobId}", cancellationToken);

    /// <inheritdoc/>
    public Task<JsonElement?> GetCollateralAsync(Bytes32 hash, CancellationToken cancellationToken) =>
        FindAsync($"v1/attestation/collateral/{hash}", cancellationToken);

    /// <inheritdoc/>
    public Task<AttestationReport> GetAttestationAsync(Bytes32 modelId, Bytes32 nonce, CancellationToken cancellationToken) =>
        CallAsync<AttestationReport>(HttpMethod.Get, $"v1/attestation/report?model={modelId}&nonce={nonce.ToString()[2..]}", body: null, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<JobEvent> SubmitAsync(JobSubmission submission, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JobStreamPosition position = new(submission.ResumeFrom);
        TimeSpan pause = TimeSpan.FromMilliseconds(100);
        long lastProgress = clock.GetTimestamp();
        while (true)
        {
            bool progressed = false;
            JobApiException? broken = null;
            await using IAsyncEnumerator<JobEvent> attempt =
                AttemptAsync(submission with { ResumeFrom = position.Next }, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (broken is null)
            {
                JobEvent? item = null;
                try
                {
                    if (await attempt.MoveNextAsync().ConfigureAwait(false))
                        item = attempt.Current;
                    else
                        broken = new JobApiException(null, "unreachable", "The sequencer ended the stream in mid-answer.");
                }
                catch (JobApiException fault) when (IsTransient(fault) && (position.Accepted || fault.Status is null))
                {
                    broken = fault;
                }
                if (item is null || !position.Take(item))
                    continue;
                progressed = true;
                yield return item;
                if (item is JobFinished or JobFailed)
                    yield break;
            }
            if (progressed)
                lastProgress = clock.GetTimestamp();
            if (clock.GetElapsedTime(lastProgress) >= patience)
                throw broken;
            await Task.Delay(broken.RetryAfter ?? pause, clock, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    private static bool IsTransient(JobApiException fault) =>
        fault.Status is null or HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;

    private async IAsyncEnumerable<JobEvent> AttemptAsync(JobSubmission submission, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/jobs") { Content = JsonContent.Create(submission, options: JobApiJson.Options) };
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        await using Stream bytes = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using EventByteStream stream = new(bytes, MostEventBytes, s_longestSilence, clock);
        await using IAsyncEnumerator<SseItem<JobEvent?>> events = SseParser
            .Create(stream, static (name, data) => JobEventReader.Read(name, System.Text.Encoding.UTF8.GetString(data)))
            .EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(events, cancellationToken).ConfigureAwait(false))
        {
            if (events.Current.Data is { } item)
                yield return item;
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<JobEvent?>> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException or JsonException && !cancellationToken.IsCancellationRequested)
        {
            throw new JobApiException(null, "unreachable", $"The answer's stream broke: {fault.Message}", cause: fault);
        }
    }

    private async Task<JsonElement?> FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync<JsonElement>(HttpMethod.Get, path, body: null, cancellationToken).ConfigureAwait(false);
        }
        catch (JobApiException fault) when (fault.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<T> CallAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_callTimeout);
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: JobApiJson.Options);
        try
        {
            using HttpResponseMessage response = await SendAsync(request, deadline.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(MaxBodyBytes, deadline.Token).ConfigureAwait(false);
            return await response.Content.ReadFromJsonAsync<T>(JobApiJson.Options, deadline.Token).ConfigureAwait(false)
                ?? throw new JsonException($"{path} answered null.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JobApiException(null, "unreachable", $"{http.BaseAddress}{path} did not answer in {s_callTimeout.TotalSeconds} s.");
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException or IOException)
        {
            throw new JobApiException(null, "unreachable", $"{http.BaseAddress}{path} gave no readable answer: {fault.Message}", cause: fault);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException fault)
        {
            throw new JobApiException(null, "unreachable", $"{http.BaseAddress} cannot be reached: {fault.Message}", cause: fault);
        }
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<JobApiException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ApiErrorBody? body = null;
        try
        {
            await response.Content.LoadIntoBufferAsync(1 << 16, cancellationToken).ConfigureAwait(false);
            body = await response.Content.ReadFromJsonAsync<ApiErrorBody>(JobApiJson.Options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException or IOException or NotSupportedException)
        {
            // A proxy answered in its own words; the status is all there is.
        }
        return new JobApiException(
            response.StatusCode, body?.Error.Code ?? "internal", body?.Error.Message ?? $"HTTP {(int)response.StatusCode}", response.Headers.RetryAfter?.Delta);
    }

    private sealed record CancelReply(CancelOutcome State);
}
