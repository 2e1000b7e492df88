using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Sequencer.Posting;

/// <summary>
/// From what the database and the contract hold to what is to be done: the one place that decides it, whatever happened before
/// (first start, crash at any point, dropped or reorganised transactions, another poster, an old backup). Pure.
/// </summary>
internal static class SyncActions
{
    /// <summary>The steps in order; at most one <see cref="PostBatch"/>, because batches are posted strictly one after another.</summary>
    /// <param name="local">The newest final batch and all after it, ascending, without those known as rolled back.</param>
    /// <param name="lastUsed">The highest index of any batch in the database, those rolled back included.</param>
    public static IReadOnlyList<SyncAction> Compute(IReadOnlyList<LocalBatch> local, ChainView chain, ulong lastUsed)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(chain);
        LocalBatch[] gone = [.. local.Where(batch => batch.Status != LocalStatus.Final && IsRolledBack(batch, chain))];
        if (gone.Length == 0)
            return Compare(local, chain, lastUsed);
        // What follows them is looked at once they are recorded: it is an orphan then.
        return [new MarkRolledBack([.. gone.Select(batch => batch.Index)])];
    }

    private static bool IsRolledBack(LocalBatch batch, ChainView chain) =>
        chain.Batches.TryGetValue(batch.Index, out ChainBatch? posted) && posted.Hash == batch.Hash && posted.Status == BatchStatus.RolledBack;

    private static List<SyncAction> Compare(IReadOnlyList<LocalBatch> local, ChainView chain, ulong lastUsed)
    {
        List<SyncAction> actions = [];
        bool isFirstMissing = true;
        foreach (LocalBatch batch in local)
        {
            if (chain.Batches.TryGetValue(batch.Index, out ChainBatch? posted))
            {
                SyncAction? action = Compare(batch, posted, chain);
                if (action is not null)
                    actions.Add(action);
                if (action is HaltPosting)
                    return actions;
                continue;
            }

            if (batch.Status == LocalStatus.Built && batch.IsOrphan)
            {
                actions.Add(new AbandonBatch(batch.Index));
                return actions;
            }

            if (batch.Status != LocalStatus.Built)
                actions.Add(new MarkUnposted(batch.Index));
            if (isFirstMissing)
                actions.Add(Next(batch, chain, local[^1]));
            if (actions.Count > 0 && actions[^1] is HaltPosting)
                return actions;
            isFirstMissing = false;
        }

        if (Unknown(local, chain, lastUsed) is { } halt)
            actions.Add(halt);
        return actions;
    }

    private static SyncAction? Compare(LocalBatch batch, ChainBatch posted, ChainView chain)
    {
        if (posted.Hash != batch.Hash)
            return new HaltPosting($"Index {batch.Index} holds batch {posted.Hash}; this database built {batch.Hash}.");
        if (posted.Status == BatchStatus.RolledBack)
            return new HaltPosting($"Batch {batch.Index} ({batch.Hash}), which was final, was rolled back.");
        bool isFinal = posted.Status == BatchStatus.Final && batch.Index <= chain.FinalIndex;
        LocalStatus status = isFinal ? LocalStatus.Final : LocalStatus.Posted;
        if (batch.Status == status && batch.PostedAt == posted.PostedAt)
            return null;
        return isFinal ? new MarkFinal(batch.Index, posted.PostedAt) : new MarkPosted(batch.Index, posted.PostedAt);
    }

    private static SyncAction Next(LocalBatch batch, ChainView chain, LocalBatch last)
    {
        if (batch.Index != chain.NextIndex)
            return new HaltPosting($"The contract's next index is {chain.NextIndex}; this database's next batch is {batch.Index}.");
        if (batch.ParentHash != chain.HeadHash)
            return new HaltPosting($"Batch {batch.Index} follows {batch.ParentHash}; the contract's head is {chain.HeadHash}.");
        if (chain.Time < batch.PostBefore)
            return new PostBatch(batch.Index);
        // A receipt that is posted too late is a fault of the poster. What was built on the batch goes first, because only the newest one can.
        return last.WasSigned ? new AbandonBatch(last.Index) : new DiscardBatch(last.Index);
    }

    private static HaltPosting? Unknown(IReadOnlyList<LocalBatch> local, ChainView chain, ulong lastUsed)
    {
        if (chain.NextIndex > lastUsed + 1)
            return new HaltPosting($"The contract has batches up to {chain.NextIndex - 1}; this database ends at {lastUsed}.");
        LocalBatch? newest = local.LastOrDefault(batch => chain.Batches.ContainsKey(batch.Index));
        return chain.NextIndex == lastUsed + 1 && (newest?.Hash ?? Bytes32.Zero) != chain.HeadHash
            ? new HaltPosting($"The contract's head is {chain.HeadHash}; this database's newest standing batch is {newest?.Hash ?? Bytes32.Zero}.")
            : null;
    }
}
