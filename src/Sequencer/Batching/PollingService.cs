using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Batching;

/// <summary>A loop that does one round after another for ever: at once while there is work, by the clock otherwise, slower after faults.</summary>
/// <param name="part">What readiness calls it.</param>
internal abstract class PollingService(string part, BatchingOptions options, Readiness readiness, BatchingMetrics metrics, ILogger log)
    : BackgroundService
{
    /// <summary>Where it logs.</summary>
    protected ILogger Log { get; } = log;

    /// <summary>One round; whether there may be more to do at once.</summary>
    internal abstract Task<bool> RunOnceAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        TimeSpan pause = options.Poll;
        while (!stoppingToken.IsCancellationRequested)
        {
            bool more = false;
            try
            {
                more = await RunOnceAsync(stoppingToken).ConfigureAwait(false);
                readiness.Clear(part);
                pause = options.Poll;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (IsPassing(fault))
            {
                readiness.Block(part, fault.Message);
                BatchingLog.Faulted(Log, part, fault.Message);
                metrics.CountFault(part);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.MaxBackoff.Ticks));
            }

            if (!more)
                await Task.Delay(pause, options.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Everything else ends the process: going on with what cannot be explained costs more than a restart.
    private static bool IsPassing(Exception fault) =>
        fault is RpcTransportException or JsonRpcException or GrpcException or MalformedDataException or TransactionRejectedException
            or FailureException { Code: "wrong_chain" };
}
