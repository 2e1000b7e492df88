using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Hosting.Observability;

namespace TeeTee.Sequencer.Attestations;

/// <summary>Runs the <see cref="CollateralWatch"/> over all that this sequencer judges or relays quotes by.</summary>
internal sealed class CollateralWatchService(SequencerOptions options, Readiness readiness, ILogger<CollateralWatch> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CollateralWatch watch = new([options.Collateral, options.Batching?.Collateral, options.Attestation.Collateral], readiness, options.Clock, logger);
        await watch.RunAsync(stoppingToken).ConfigureAwait(false);
    }
}
