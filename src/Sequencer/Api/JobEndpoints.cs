using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Sequencer.Accounts;
using TeeTee.Sequencer.Jobs;

namespace TeeTee.Sequencer.Api;

/// <summary>The native job API of docs/api.md section 1: info, accounts and jobs.</summary>
internal static class JobEndpoints
{
    private const int MaxCancelBytes = 16 << 10;

    /// <summary>Maps the endpoints; <see cref="ApiErrors.UseApiErrors"/> must be in front of them.</summary>
    public static IEndpointRouteBuilder MapJobs(this IEndpointRouteBuilder endpoints)
    {
        IServiceProvider services = endpoints.ServiceProvider;
        NodeInfoSource info = services.GetRequiredService<NodeInfoSource>();
        AccountService accounts = services.GetRequiredService<AccountService>();
        JobService jobs = services.GetRequiredService<JobService>();
        endpoints.MapGet("/v1/info", http => JsonAsync(http, info.Get()));
        endpoints.MapGet("/v1/accounts/{address}", async http =>
            await JsonAsync(http, await accounts.GetAsync(AddressOf(http), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false));
        endpoints.MapGet("/v1/jobs/{jobId}", http =>
            JsonAsync(http, jobs.Status(JobIdOf(http)) ?? throw Refusal.NotFound($"Job {JobIdOf(http)} is not known.")));
        endpoints.MapPost("/v1/jobs/{jobId}/cancel", http => CancelAsync(http, jobs));
        endpoints.MapPost("/v1/jobs", http => SubmitAsync(http, jobs));
        return endpoints;
    }

    private static async Task SubmitAsync(HttpContext http, JobService jobs)
    {
        SequencerOptions options = http.RequestServices.GetRequiredService<SequencerOptions>();
        JobSubmission submission = await RequestBody.ReadAsync<JobSubmission>(http.Request, options.Limits.MaxSubmissionBytes).ConfigureAwait(false);
        CancellationToken stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        // From here on the job goes on, whatever becomes of this connection.
        using JobStream stream = await jobs.SubmitAsync(submission, end.Token).ConfigureAwait(false);
        await EventStreamWriter.WriteAsync(http.Response, stream.ReadAsync(end.Token), options.Times.KeepAlive, options.Clock, end.Token).ConfigureAwait(false);
    }

    private static async Task CancelAsync(HttpContext http, JobService jobs)
    {
        Bytes32 jobId = JobIdOf(http);
        JobCancellation cancellation = await RequestBody.ReadAsync<JobCancellation>(http.Request, MaxCancelBytes).ConfigureAwait(false);
        if (cancellation.Cancel.JobId != jobId)
            throw Refusal.Invalid($"The cancellation is of job {cancellation.Cancel.JobId}; the path names {jobId}.");
        CancelOutcome outcome = await jobs.CancelAsync(cancellation, http.RequestAborted).ConfigureAwait(false);
        await JsonAsync(http, new CancelReply(outcome)).ConfigureAwait(false);
    }

    private static Bytes32 JobIdOf(HttpContext http) => Bytes32.TryParse(http.GetRouteValue("jobId") as string, out Bytes32 id)
        ? id
        : throw Refusal.Invalid("A job id is 0x and 64 hex digits.");

    private static Address AddressOf(HttpContext http) => Address.TryParse(http.GetRouteValue("address") as string, out Address address)
        ? address
        : throw Refusal.Invalid("An address is 0x and 40 hex digits, checksummed if the case is mixed.");

    private static Task JsonAsync<T>(HttpContext http, T body) => http.Response.WriteAsJsonAsync(body, JobApiJson.Options, http.RequestAborted);

    private sealed record CancelReply(CancelOutcome State);
}
