using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Data;

namespace TeeTee.Verifier.Judging;

/// <summary>The state after any batch: kept by batch hash, and derived again from the data of the batches before where it is not.</summary>
internal sealed class StateSource(PostingReader postings, BatchFetcher fetcher, RuleJudge rules)
{
    private const int MostKept = 64;

    private readonly Dictionary<Bytes32, AccountTree> _states = [];
    private readonly Queue<Bytes32> _order = [];

    /// <summary>The kept states, oldest first.</summary>
    public IReadOnlyList<(Bytes32 BatchHash, AccountTree State)> Kept => [.. _order.Select(h => (h, _states[h]))];

    public void Keep(Bytes32 batchHash, AccountTree state)
    {
        if (!_states.TryAdd(batchHash, state))
            return;
        _order.Enqueue(batchHash);
        if (_order.Count > MostKept)
            _states.Remove(_order.Dequeue());
    }

    /// <summary>The state on which a batch builds.</summary>
    /// <exception cref="JudgementException">The data of a batch before it is not to be had, or its accounting does not hold.</exception>
    public async Task<AccountTree> ParentOfAsync(BatchPosting posting, BlockHeader pin, CancellationToken cancellationToken)
    {
        Stack<BatchPosting> open = [];
        BatchPosting current = posting;
        AccountTree? state = null;
        while (current.ParentIndex != 0 && !_states.TryGetValue(current.ParentHash, out state))
        {
            BatchPosting parent = await ReadParentAsync(current, pin, cancellationToken);
            open.Push(parent);
            current = parent;
        }

        state ??= AccountTree.Empty;
        while (open.TryPop(out BatchPosting? next))
        {
            state = await ApplyAsync(next, state, cancellationToken);
            Keep(next.BatchHash, state);
        }

        return state;
    }

    private async Task<BatchPosting> ReadParentAsync(BatchPosting child, BlockHeader pin, CancellationToken cancellationToken)
    {
        BatchPosting parent = await postings.ReadAsync(child.ParentIndex, pin, cancellationToken);
        return parent.BatchHash == child.ParentHash && parent.Index < child.Index
            ? parent
            : throw new JudgementException(
                VerdictCause.ChainUnavailable, $"Batch {child.Index} names parent {child.ParentHash}; batch {parent.Index} is {parent.BatchHash}.");
    }

    private async Task<AccountTree> ApplyAsync(BatchPosting posting, AccountTree parent, CancellationToken cancellationToken)
    {
        FetchedBatch fetched = await fetcher.FetchAsync(posting.BatchHash, posting.Header, cancellationToken);
        BatchData? data = fetched.Manifest is null ? null : BatchDataReader.Read(posting.Header, fetched.Manifest, fetched.Content).Data;
        if (data is null)
            throw new JudgementException(VerdictCause.ParentUnavailable, $"The data of batch {posting.Index}, on which it builds, is not to be had. {fetched.Cause}");
        return await rules.ApplyAsync(posting, data, parent, cancellationToken)
            ?? throw new JudgementException(VerdictCause.ParentUnavailable, $"The accounting of batch {posting.Index}, on which it builds, does not hold.");
    }
}
