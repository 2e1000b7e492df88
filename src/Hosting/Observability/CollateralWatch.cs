using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Hosting.Observability;

/// <summary>
/// Tells how the collateral stands that a service judges quotes by: what ran out blocks readiness, for every quote is refused then; what is about to
/// run out is a warning in the log, days before.
/// </summary>
public sealed partial class CollateralWatch
{
    /// <summary>What readiness calls it.</summary>
    public const string Part = "collateral";

    private static readonly TimeSpan s_between = TimeSpan.FromMinutes(1);

    private readonly ICollateralMonitor[] _monitors;
    private readonly Readiness _readiness;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Dictionary<PlatformId, CollateralStaleness> _told = [];

    /// <summary>A watch over providers; of those that cannot tell how they stand, and of null, nothing is told.</summary>
    public CollateralWatch(IEnumerable<ICollateralProvider?> providers, Readiness readiness, TimeProvider clock, ILogger logger)
    {
        _monitors = [.. providers.OfType<ICollateralMonitor>().Distinct()];
        (_readiness, _clock, _logger) = (readiness, clock, logger);
    }

    /// <summary>Looks every minute until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (_monitors.Length > 0)
        {
            Check();
            await Task.Delay(s_between, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks once. Not for several threads at once.</summary>
    public void Check()
    {
        CollateralReport[] reports = [.. _monitors.SelectMany(monitor => monitor.Report())];
        foreach (CollateralReport report in reports)
            Tell(report);
        // Anybody can name a platform that has no collateral; only what was authentic once can run out.
        string[] expired = [.. reports.Where(report => report.Staleness == CollateralStaleness.Expired).Select(report => report.Complaint!)];
        if (expired.Length > 0)
            _readiness.Block(Part, string.Join("; ", expired));
        else
            _readiness.Clear(Part);
    }

    private void Tell(CollateralReport report)
    {
        bool stale = report.Staleness is CollateralStaleness.RefreshOverdue or CollateralStaleness.Expired;
        if (stale && _told.GetValueOrDefault(report.Platform) != report.Staleness)
            Stale(_logger, report.Complaint!);
        if (stale)
            _told[report.Platform] = report.Staleness;
        else
            _told.Remove(report.Platform);
    }

    [LoggerMessage(1, LogLevel.Warning, "Attestation: {Complaint}")]
    private static partial void Stale(ILogger logger, string complaint);
}
