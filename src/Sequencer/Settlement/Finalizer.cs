using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Settlement;

/// <summary>Calls <c>finalize</c> when a window has ended, then has earnings claimed.</summary>
internal sealed class Finalizer(
    BatchingOptions options, ChainConnection chain, ChainWriter writer, BatchStore batches, ClaimService claims, BatchingMetrics metrics,
    Readiness readiness, ILogger<Finalizer> log)
    : PollingService("settlement", options, readiness, metrics, log)
{
    private const ulong MostAtOnce = 32;

    private readonly BatchingOptions _options = options;

    /// <inheritdoc/>
    internal override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        RollupParameters parameters = await chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<LocalBatch> open = [.. batches.Open().Where(b => b.Status == LocalStatus.Posted)];
        if (_options.Finalize && open.Count > 0)
            await FinalizeAsync(open[0], open.Count, parameters.Window, cancellationToken).ConfigureAwait(false);
        await claims.RunAsync(cancellationToken).ConfigureAwait(false);
        return false;
    }

    // The contract alone decides; it is only asked when it may say yes.
    private async Task FinalizeAsync(LocalBatch first, int count, ulong window, CancellationToken cancellationToken)
    {
        ulong now = await chain.GetTimeAsync(cancellationToken).ConfigureAwait(false);
        if (first.PostedAt is not { } postedAt || now < postedAt + window)
            return;
        BatchStatus status = await chain.Rollup.GetStatusAsync(first.Index, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (status != BatchStatus.Open)
            return;
        byte[] data = chain.Rollup.FinalizeBatches(Math.Min(MostAtOnce, (ulong)count));
        string purpose = Purposes.Finalize(first.Index);
        TransactionOutcome? outcome = await writer.SendAsync(purpose, chain.Rollup, data, cancellationToken).ConfigureAwait(false);
        if (outcome is { IsSuccess: true })
            BatchingLog.Finalised(Log, first.Index, outcome.Receipt.Logs.Count);
        else if (outcome is not null)
            BatchingLog.SettlementFailed(Log, purpose, outcome.Status, Cause(outcome));
    }

    private static string Cause(TransactionOutcome outcome) =>
        outcome.RevertData.IsEmpty ? outcome.Message : ContractError.Describe(outcome.RevertData.Span);
}
