using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary>The collateral of a running service: a file that somebody else renews, or a cache that renews itself until this is disposed.</summary>
internal sealed class CollateralFeed : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PcsClient? _client;
    private readonly CollateralCache? _cache;
    private readonly Task _running;

    /// <summary>What a file or another owner provides.</summary>
    public CollateralFeed(ICollateralProvider provider) => (Provider, _running) = (provider, Task.CompletedTask);

    private CollateralFeed(PcsClient client, CollateralCache cache)
    {
        (_client, _cache, Provider) = (client, cache, cache);
        _running = RunAsync(cache, _stop.Token);
    }

    /// <summary>For the service's options.</summary>
    public ICollateralProvider Provider { get; }

    /// <summary>Fetches what the service's quotes need, keeps it in a folder, and renews it ahead of time.</summary>
    /// <param name="options">Where from.</param>
    /// <param name="folder">Made if absent.</param>
    /// <param name="log">Where failures and alarms are told, a line each.</param>
    /// <exception cref="FailureException"><c>bad_setting</c>, <c>state_unusable</c>.</exception>
    public static CollateralFeed Fetch(PcsOptions options, string folder, TextWriter log)
    {
        TimeProvider clock = TimeProvider.System;
        try
        {
            PcsClient client = new(options, clock);
            CollateralCache? cache = null;
            cache = CollateralCache.Open(
                client, new CollateralCacheOptions { Folder = folder, Root = options.Root, Observer = happened => Tell(log, happened, cache) }, clock);
            return new CollateralFeed(client, cache);
        }
        catch (ArgumentException fault)
        {
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--collateral-url: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "state_unusable", $"{folder} cannot be read: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _cache?.Dispose();
        _client?.Dispose();
        _stop.Dispose();
    }

    private static async Task RunAsync(CollateralCache cache, CancellationToken cancellationToken)
    {
        try
        {
            await cache.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private static void Tell(TextWriter log, CollateralEvent happened, CollateralCache? cache)
    {
        if (happened.Kind == CollateralEventKind.Unchanged)
            return;
        log.WriteLine($"collateral {happened.Platform.Fmspc} {happened.Kind}: {happened.Message}");
        // Overdue is an alarm long before it is a refusal.
        foreach (CollateralReport report in cache?.Report() ?? [])
        {
            if (report.Platform == happened.Platform && report.Staleness is CollateralStaleness.RefreshOverdue or CollateralStaleness.Expired)
                log.WriteLine($"ALARM {report.Complaint}");
        }
    }
}
