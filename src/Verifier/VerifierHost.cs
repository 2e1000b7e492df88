using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Hosting;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Json;
using TeeTee.Verifier.Disputing;
using TeeTee.Verifier.Following;
using TeeTee.Verifier.Service;
using TeeTee.Verifier.Storage;

namespace TeeTee.Verifier;

/// <summary>The verifier as a service: follows the contract, keeps verdicts and evidence, and serves what it found.</summary>
public sealed class VerifierHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly BatchVerification _verification;
    private readonly VerifierMetrics _metrics;
    private readonly BatchFollower _follower;
    private readonly CancellationTokenSource _stop = new();
    private readonly CollateralWatch _collateral;
    private Task _following = Task.CompletedTask;
    private readonly Challenger _challenger;
    private Task _watching = Task.CompletedTask;
    private Task _challenging = Task.CompletedTask;

    private VerifierHost(WebApplication application, BatchVerification verification, VerifierOptions options, TimeProvider clock)
    {
        (_application, _verification) = (application, verification);
        VerifierStore store = new(options.StateFile, options.Deployment);
        store.Load(Book, verification.States);
        Readiness readiness = application.Services.GetRequiredService<Readiness>();
        _collateral = new CollateralWatch([options.Collateral], readiness, clock, application.Services.GetRequiredService<ILogger<CollateralWatch>>());
        _challenger = new Challenger(
            verification, Book, options, readiness, application.Services.GetRequiredService<ILogger<Challenger>>(), clock);
        BatchFollower? follower = null;
        _metrics = new VerifierMetrics(Book, () => follower?.ChainTime ?? 0);
        _follower = follower = new BatchFollower(
            verification, Book, store, new EvidenceStore(options.EvidenceFolder), _metrics, readiness,
            application.Services.GetRequiredService<ILogger<BatchFollower>>(), clock, TimeSpan.FromSeconds(options.PollSeconds));
    }

    /// <summary>Where /livez, /readyz, /metrics, /v1/info and /v1/verdicts are served; null if nowhere.</summary>
    public Uri? Address { get; private set; }

    /// <summary>Completes when following ends, with its fault if it ended by one.</summary>
    public Task Following => _following;

    /// <summary>Completes when acting on findings ends, with its fault if it ended by one.</summary>
    public Task Challenging => _challenging;

    internal BatchBook Book { get; } = new();

    /// <summary>What was last said of a batch; null before the first look at it.</summary>
    public Verdict? VerdictOn(ulong batchIndex) => Book.Find(batchIndex)?.Verdict;

    /// <summary>Verifies until the token fires or the process is told to stop.</summary>
    /// <exception cref="FailureException">
    /// <c>invalid_configuration</c>, <c>model_unusable</c>, <c>state_unusable</c>, <c>losing_parameters</c>, <c>port_in_use</c> or <c>wrong_chain</c>.
    /// </exception>
    public static async Task RunAsync(VerifierOptions options, CancellationToken cancellationToken)
    {
        await using VerifierHost host = await StartAsync(options, TimeProvider.System, cancellationToken);
        await host.WaitForStopAsync(cancellationToken);
    }

    /// <summary>Starts verifying; disposing stops it.</summary>
    /// <exception cref="FailureException">As <see cref="RunAsync"/>, but for <c>wrong_chain</c>, which ends <see cref="Following"/>.</exception>
    public static async Task<VerifierHost> StartAsync(VerifierOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        BatchVerification verification = await BatchVerification.OpenAsync(options, clock, cancellationToken);
        WebApplication? application = null;
        try
        {
            application = Build(options);
            VerifierHost host = new(application, verification, options, clock);
            await host.StartAsync(options, cancellationToken);
            return host;
        }
        catch
        {
            if (application is not null)
                await application.DisposeAsync();
            verification.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the token fires, the process is told to stop, or following ends by a fault, which is thrown.</summary>
    public async Task WaitForStopAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, _application.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        Task stopped = Task.Delay(Timeout.InfiniteTimeSpan, stopping.Token);
        Task ended = await Task.WhenAny(stopped, _following, _challenging);
        if (ended != stopped)
            await ended;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _challenging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _application.DisposeAsync();
        _metrics.Dispose();
        _challenger.Dispose();
        _verification.Dispose();
        _stop.Dispose();
    }

    private async Task StartAsync(VerifierOptions options, CancellationToken cancellationToken)
    {
        await EconomicGate.RequireAsync(options, _application.Services.GetRequiredService<ILogger<VerifierHost>>(), cancellationToken);
        _application.UseRouting();
        _application.MapServiceEndpoints();
        _application.MapVerdicts(Book);
        VerifierInfo info = new(options.Deployment.ChainId, options.Deployment.Rollup, _verification.AuditKey);
        _application.MapGet("/v1/info", () => Results.Json(info, RollupJson.Options));
        Uri address = await ServiceHost.StartAsync(_application, cancellationToken);
        Address = options.Listen is null ? null : address;
        _watching = _collateral.RunAsync(_stop.Token);
        _challenging = Task.Run(() => _challenger.RunAsync(_stop.Token), CancellationToken.None);
        _following = Task.Run(() => _follower.RunAsync(_stop.Token), CancellationToken.None);
    }

    private static WebApplication Build(VerifierOptions options)
    {
        WebApplicationBuilder builder = ServiceHost.CreateBuilder(options.Listen ?? new IPEndPoint(IPAddress.Loopback, 0), options.ExitWithParent);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 0);
        options.ConfigureLogging?.Invoke(builder.Logging);
        return builder.Build();
    }
}
