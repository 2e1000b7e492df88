using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Posting;

/// <summary>Asks the chain which leaves of batches were proved wrong.</summary>
internal sealed class ConvictedLeaves(BatchingOptions options, ChainConnection chain)
{
    /// <summary>Every leaf with a conviction, by batch hash.</summary>
    public async Task<IReadOnlyCollection<(Bytes32 Batch, uint Leaf)>> FindAsync(IReadOnlyList<StoredBatch> batches, CancellationToken cancellationToken)
    {
        Address module = await chain.Rollup.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (module.IsZero || await new DisputeHubContract(chain.Client, module).FindAsync(DisputeKind.SequencerFaults, BlockTag.Latest, cancellationToken).ConfigureAwait(false) is not { } judge)
            return [];
        LogFilter filter = new()
        {
            FromBlock = await FirstBlockAsync(batches, cancellationToken).ConfigureAwait(false),
            ToBlock = await chain.Client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false),
            Addresses = [judge],
            Topics = [[FaultProven.Topic], [.. batches.Select(batch => batch.Hash)]],
        };
        HashSet<(Bytes32 Batch, uint Leaf)> found = [];
        foreach (LogEntry log in await chain.Client.GetLogsAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            if (FaultProven.TryDecode(log, out FaultProven? proven))
                found.Add((proven.BatchHash, proven.Leaf));
        }

        return found;
    }

    // No conviction is older than the batch; where its transaction is not known, none is older than the contracts.
    private async Task<ulong> FirstBlockAsync(IReadOnlyList<StoredBatch> batches, CancellationToken cancellationToken)
    {
        ulong? first = null;
        foreach (StoredBatch batch in batches)
        {
            if (batch.Transaction is not { } hash || await chain.Client.GetTransactionReceiptAsync(hash, cancellationToken).ConfigureAwait(false) is not { } receipt)
                return options.Deployment.DeployedAtBlock;
            first = Math.Min(first ?? receipt.BlockNumber, receipt.BlockNumber);
        }

        return first ?? options.Deployment.DeployedAtBlock;
    }
}
