using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Posting;

/// <summary>Brings the built batches onto the chain, strictly in order and each once, and records what the chain says of them.</summary>
internal sealed class BatchPoster(
    BatchingOptions options, ChainConnection chain, ChainWriter writer, BatchStore batches, ConvictedLeaves convicted, PostingHalt halt,
    BatchingMetrics metrics, Readiness readiness, ILogger<BatchPoster> log)
    : PollingService("chain", options, readiness, metrics, log)
{
    private readonly BatchingMetrics _metrics = metrics;
    private readonly BatchingOptions _options = options;

    /// <summary>Compares database and contract once and takes the steps that follow; false if there was nothing to do.</summary>
    internal override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        RollupParameters parameters = await chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        ulong lifetime = Math.Min((ulong)_options.PostingAllowance.TotalSeconds, parameters.WithdrawalMargin);
        await writer.RecoverAsync(cancellationToken).ConfigureAwait(false);
        (IReadOnlyList<LocalBatch> local, ChainView view) = await CompareAsync(batches.Open(), lifetime, cancellationToken).ConfigureAwait(false);
        // Something was dropped: how much, only all of them tell.
        if (local.Any(b => b.Index >= view.NextIndex && b.Status != LocalStatus.Built))
            (local, view) = await CompareAsync(batches.Open(int.MaxValue), lifetime, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<SyncAction> actions = SyncActions.Compute(local, view, batches.NextIndex() - 1);
        string? reason = actions.OfType<HaltPosting>().FirstOrDefault()?.Reason;
        if (reason is not null && reason != halt.Reason)
            BatchingLog.Halted(Log, reason);
        halt.Set(reason);
        foreach (SyncAction action in actions)
            await TakeAsync(action, cancellationToken).ConfigureAwait(false);
        _metrics.Halted = halt.Reason is not null;
        return actions.Any(a => a is not HaltPosting) && halt.Reason is null;
    }

    private async Task<(IReadOnlyList<LocalBatch> Local, ChainView View)> CompareAsync(
        IReadOnlyList<LocalBatch> local, ulong lifetime, CancellationToken cancellationToken) =>
        ([.. local.Select(batch => Limit(batch, lifetime))], await chain.ReadAsync([.. local.Select(b => b.Index)], cancellationToken).ConfigureAwait(false));

    // A withdrawal asked for after its rules were checked counts from the margin on, and they were checked for the allowance: what was
    // not signed until then is built anew.
    private LocalBatch Limit(LocalBatch batch, ulong lifetime) =>
        batch with { PostBefore = Math.Min(batch.PostBefore - (ulong)_options.LandingTime.TotalSeconds, batch.BuiltAt + lifetime) };

    private Task TakeAsync(SyncAction action, CancellationToken cancellationToken) => action switch
    {
        MarkPosted posted => MarkAsync(posted.Index, LocalStatus.Posted, posted.PostedAt, cancellationToken),
        MarkFinal final => MarkAsync(final.Index, LocalStatus.Final, final.PostedAt, cancellationToken),
        MarkUnposted gone => UnmarkAsync(gone.Index, cancellationToken),
        DiscardBatch missed => DiscardAsync(missed.Index),
        MarkRolledBack gone => RollBackAsync(gone.Indices, cancellationToken),
        AbandonBatch orphan => AbandonAsync(orphan.Index),
        PostBatch next => PostAsync(next.Index, cancellationToken),
        _ => Task.CompletedTask,
    };

    private async Task MarkAsync(ulong index, LocalStatus status, ulong postedAt, CancellationToken cancellationToken)
    {
        Bytes32? transaction = await writer.FindMinedAsync(Purposes.Post(index), cancellationToken).ConfigureAwait(false);
        batches.SetStatus(index, status, postedAt, transaction);
        BatchingLog.Marked(Log, index, status, transaction);
        _metrics.CountMarked(status);
    }

    private async Task UnmarkAsync(ulong index, CancellationToken cancellationToken)
    {
        await writer.RetireAsync(Purposes.Post(index), cancellationToken).ConfigureAwait(false);
        batches.SetStatus(index, LocalStatus.Built, postedAt: null, transactionHash: null);
        BatchingLog.Dropped(Log, index);
    }

    private Task DiscardAsync(ulong index)
    {
        batches.Discard(index);
        BatchingLog.Discarded(Log, index);
        _metrics.CountMissed(1);
        return Task.CompletedTask;
    }

    // What the contract took back is posted again as far as it was right; the leaves that were proved wrong never are.
    private async Task RollBackAsync(IReadOnlyList<ulong> indices, CancellationToken cancellationToken)
    {
        StoredBatch[] gone = [.. indices.Select(index => batches.Find(index)!)];
        var wrong = await convicted.FindAsync(gone, cancellationToken).ConfigureAwait(false);
        int freed = batches.RollBack(indices, wrong);
        BatchingLog.RolledBack(Log, gone.Length, gone[0].Index, gone[0].Hash, wrong.Count, freed);
        _metrics.CountMarked(LocalStatus.RolledBack);
    }

    private Task AbandonAsync(ulong index)
    {
        if (batches.Abandon(index))
            BatchingLog.Abandoned(Log, index);
        return Task.CompletedTask;
    }

    private async Task PostAsync(ulong index, CancellationToken cancellationToken)
    {
        if (halt.Reason is not null)
            return;
        StoredBatch batch = batches.Find(index)!;
        byte[] data = chain.Rollup.PostBatch(index, batch.ParentHash, batch.Header);
        TransactionOutcome? outcome = await writer.SendAsync(Purposes.Post(index), chain.Rollup, data, cancellationToken).ConfigureAwait(false);
        if (outcome is not null)
            Judge(batch, outcome);
    }

    // Success is recorded by the next comparison with the contract, like everything else.
    private void Judge(StoredBatch batch, TransactionOutcome outcome)
    {
        if (outcome.Status is TransactionStatus.Reverted or TransactionStatus.WouldRevert)
        {
            string cause = ContractError.Describe(outcome.RevertData.Span);
            if (IsDuplicate(batch, outcome))
                BatchingLog.WasThere(Log, batch.Index);
            else if (IsOnAnotherParent(outcome))
                BatchingLog.NotSent(Log, batch.Index, outcome.Status, cause);
            else
                Stop($"Posting batch {batch.Index} reverts: {cause}");
        }
        else if (!outcome.IsSuccess)
        {
            BatchingLog.NotSent(Log, batch.Index, outcome.Status, outcome.Message);
        }
    }

    private static bool IsDuplicate(StoredBatch batch, TransactionOutcome outcome) =>
        ContractError.TryDecode(outcome.RevertData.Span, out ContractError? error)
        && error == new ContractError("Rollup_IndexAlreadyPosted", [batch.Index, batch.Hash]);

    // Its parent was rolled back meanwhile: the next comparison with the contract sees that, or else halts.
    private static bool IsOnAnotherParent(TransactionOutcome outcome) =>
        ContractError.TryDecode(outcome.RevertData.Span, out ContractError? error) && error.Name == "Rollup_ParentMismatch";

    private void Stop(string reason)
    {
        BatchingLog.Halted(Log, reason);
        halt.Stop(reason);
    }
}
