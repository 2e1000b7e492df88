using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Batching;

/// <summary>Account trees after batches, rebuilt from the database and kept for the newest ones. Safe for concurrent use.</summary>
internal sealed class StateStore(BatchStore batches)
{
    private const int MostTrees = 16;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<Bytes32, (ulong Index, AccountTree Tree)> _trees = [];

    /// <summary>The state after the batch with this index; the empty one for 0.</summary>
    /// <exception cref="ArgumentException">There is no such batch.</exception>
    /// <exception cref="InvalidDataException">The database's accounts do not give the batch's state root.</exception>
    public AccountTree After(ulong index)
    {
        if (index == 0)
            return AccountTree.Empty;
        StoredBatch batch = batches.Find(index) ?? throw new ArgumentException($"There is no batch {index}.", nameof(index));
        lock (_gate)
        {
            if (_trees.TryGetValue(batch.Hash, out var kept))
                return kept.Tree;
            AccountTree tree = Build(batch);
            if (tree.Root != batch.Header.StateRoot)
                throw new InvalidDataException($"The accounts of batch {index} give the root {tree.Root}, not {batch.Header.StateRoot}.");
            if (_trees.Count >= MostTrees)
                _trees.Remove(_trees.MinBy(t => t.Value.Index).Key);
            _trees[batch.Hash] = (index, tree);
            return tree;
        }
    }

    private AccountTree Build(StoredBatch batch)
    {
        if (batches.Newest().Index == batch.Index)
            return AccountTree.Load(batches.Accounts());
        // Batches are only ever taken back from the end, so an older kept tree is an ancestor if its batch still stands.
        (ulong from, AccountTree tree) = _trees.Where(t => t.Value.Index < batch.Index && batches.Find(t.Value.Index)?.Hash == t.Key)
            .Select(t => t.Value).Append((Index: 0UL, Tree: AccountTree.Empty)).MaxBy(t => t.Index);
        foreach (Account account in batches.Changes(from, batch.Index))
            tree = tree.Set(account);
        return tree;
    }
}
