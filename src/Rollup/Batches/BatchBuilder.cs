using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Batches;

/// <summary>
/// Makes a batch of answered jobs, in the order in which they are added. A job that breaks a rule is refused and leaves no trace,
/// so what is built passes <see cref="BatchRules"/> under the same context. Not safe for concurrent use.
/// </summary>
public sealed class BatchBuilder
{
    private readonly BatchContext _context;
    private readonly List<BatchLeaf> _leaves = [];
    private readonly List<QuoteItem> _quotes = [];
    private AccountTree _state;

    /// <param name="context">
    /// The context in which the batch will be judged; its quote verdicts are not used, because only verified quotes may be added.
    /// </param>
    public BatchBuilder(BatchContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _state = context.Parent;
    }

    /// <summary>Jobs added so far.</summary>
    public int Count => _leaves.Count;

    /// <summary>The state after the jobs added so far.</summary>
    public AccountTree State => _state;

    /// <summary>Adds a job; the broken rules if it may not be posted, none if it was added.</summary>
    public IReadOnlyList<LeafFinding> TryAdd(AnsweredJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        List<QuoteItem> quotes = [.. _quotes];
        BatchLeaf leaf = ToLeaf(job, quotes);
        IReadOnlyList<LeafFinding> findings = LeafRules.Check(leaf, quotes, _context);
        if (findings.Count > 0)
            return findings;
        AccountingResult step = BatchRules.Apply(_state, leaf, _context)!;
        if (!step.IsApplied)
            return [new LeafFinding(BatchRules.Fault(step.Fault!.Value), null, step.Expected, step.Actual)];
        _state = step.After;
        _leaves.Add(leaf with { Receipt = leaf.Receipt with { StateRootAfter = _state.Root } });
        _quotes.Clear();
        _quotes.AddRange(quotes);
        return [];
    }

    /// <summary>The batch of the jobs added so far.</summary>
    /// <exception cref="InvalidOperationException">None was added.</exception>
    public Batch Build()
    {
        if (_leaves.Count == 0)
            throw new InvalidOperationException("A batch has at least one receipt.");
        BatchData data = new([.. _leaves], [.. _quotes]);
        ImmutableArray<DataChunk> chunks = data.Chunks();
        return new Batch(HeaderOf(data, chunks), data, chunks, _state);
    }

    /// <summary>The header of a batch with this data.</summary>
    public static BatchHeader HeaderOf(BatchData data, ImmutableArray<DataChunk> chunks) => new(
        BatchHeader.CurrentVersion,
        data.ReceiptsRoot(),
        (uint)data.Leaves.Length,
        data.QuotesRoot(),
        (uint)data.Quotes.Length,
        new DataManifest([.. chunks.Select(c => c.Record)]).Root(),
        (uint)chunks.Length,
        data.Leaves[^1].Receipt.StateRootAfter);

    private BatchLeaf ToLeaf(AnsweredJob job, List<QuoteItem> quotes) => new()
    {
        Receipt = ToReceipt(job),
        Request = job.Request,
        Shards = [.. job.Shards.Select(s => new ShardEntry(s.Receipt, IndexOf(s.Quote, quotes), s.Proof))],
        Tokens = job.Tokens,
        LeafLists = [.. job.Shards.Select(s => s.LeafList)],
        Cancel = job.Cancel,
    };

    private QueryReceipt ToReceipt(AnsweredJob job) => new()
    {
        JobId = _context.Domain.Digest(job.Request.Message),
        RequestHash = job.Request.Hash(),
        ShardReceiptHashes = [.. job.Shards.Select(s => s.Receipt.Hash())],
        Finish = job.Finish,
        PromptTokens = job.Request.Message.PromptTokens,
        OutputTokens = job.OutputTokens,
        TokensRoot = job.TokensRoot,
        CancelHash = job.Cancel?.Hash() ?? Bytes32.Zero,
        Fee = job.Finish == FinishReason.Void ? 0 : JobRequestRules.Fee(job.Request.Message, job.OutputTokens) ?? UInt128.MaxValue,
        StateRootAfter = Bytes32.Zero,
    };

    private static uint IndexOf(QuoteItem quote, List<QuoteItem> quotes)
    {
        int index = quotes.IndexOf(quote);
        if (index < 0)
        {
            index = quotes.Count;
            quotes.Add(quote);
        }

        return (uint)index;
    }
}
