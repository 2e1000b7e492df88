using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;

namespace TeeTee.Sequencer.Faults;

/// <summary>
/// Builds a batch with one fault in its first answered job, everything else as an honest batch has it: roots, accounts and signatures follow from what
/// is in it. Nothing is checked.
/// </summary>
internal sealed class FaultyBatch
{
    // Inside the ECDSA signature over header and report of a TDX quote (48 + 584 bytes, then its length in 4).
    private const int SignatureByte = 640;

    private readonly FaultKind _kind;
    private readonly PrivateKey _key;
    private readonly BatchContext _context;
    private readonly List<BatchLeaf> _leaves = [];
    private readonly List<QuoteItem> _quotes = [];
    private readonly Dictionary<Bytes32, QuoteItem> _spoiled = [];
    private AccountTree _state;
    private bool _done;

    /// <param name="fault">The fault.</param>
    /// <param name="context">As an honest batch would be judged in.</param>
    /// <param name="key">The sequencer's.</param>
    public FaultyBatch(Fault fault, BatchContext context, PrivateKey key)
    {
        (_kind, _key, _state) = (fault.Kind, key, context.Parent);
        _context = fault.Kind == FaultKind.Overdraft ? context with { View = new GenerousView(context.View) } : context;
    }

    /// <summary>Adds a job; false where it cannot be put into any batch.</summary>
    public bool Add(AnsweredJob job)
    {
        bool strikes = !_done && job.Finish != FinishReason.Void;
        BatchLeaf leaf = ToLeaf(strikes ? Spoil(job) : job);
        if (strikes && _kind == FaultKind.WrongFee)
            leaf = leaf with { Receipt = leaf.Receipt with { Fee = leaf.Receipt.Fee + 1 } };
        if (Apply(leaf, job.Shards) is not { IsApplied: true } step)
            return false;
        Place(leaf, strikes && _kind == FaultKind.WrongStateRoot ? Enrich(step.After) : step.After);
        if (strikes && _kind == FaultKind.JobTwice)
            Repeat(leaf, job.Shards);
        _done |= strikes;
        return true;
    }

    /// <summary>The batch.</summary>
    public Batch Build()
    {
        BatchData data = new([.. _leaves], [.. _quotes]);
        ImmutableArray<DataChunk> chunks = data.Chunks();
        return new Batch(BatchBuilder.HeaderOf(data, chunks), data, chunks, _state);
    }

    private AnsweredJob Spoil(AnsweredJob job) => _kind switch
    {
        FaultKind.MissingLayer => job with { Shards = job.Shards[..^1] },
        FaultKind.BadQuote => job with { Shards = [job.Shards[0] with { Quote = Spoil(job.Shards[0].Quote) }, .. job.Shards[1..]] },
        FaultKind.ForgedShardReceipt => job with { Shards = [.. job.Shards[..^1], job.Shards[^1] with { Receipt = Forge(job.Shards[^1].Receipt) }] },
        _ => job,
    };

    private QuoteItem Spoil(QuoteItem quote)
    {
        if (_spoiled.TryGetValue(quote.Record.QuoteHash, out QuoteItem? known))
            return known;
        byte[] bytes = quote.Quote.ToArray();
        bytes[Math.Min(SignatureByte, bytes.Length - 1)] ^= 1;
        return _spoiled[quote.Record.QuoteHash] = new QuoteItem(quote.Record with { QuoteHash = Keccak256.Hash(bytes) }, bytes);
    }

    private Signed<ShardReceipt> Forge(Signed<ShardReceipt> receipt) => _context.Domain.Sign(receipt.Message, _key);

    private AccountTree Enrich(AccountTree state)
    {
        Account own = state.Get(_key.Address);
        return state.Set(own with { Earned = own.Earned + 1 });
    }

    // The rules know no second time, so the account step is that of a later nonce, which is then put back.
    private void Repeat(BatchLeaf leaf, ImmutableArray<AnsweredShard> shards)
    {
        JobRequest request = leaf.Request.Message;
        BatchLeaf later = leaf with { Request = leaf.Request with { Message = request with { Nonce = request.Nonce + 1 } } };
        if (Apply(later, shards) is { IsApplied: true } step)
            Place(leaf, step.After.Set(step.After.Get(request.User) with { Nonce = request.Nonce }));
    }

    // As BatchRules has it, but paying all slots that worked, also one that the leaf leaves out, and whatever the voucher says.
    private AccountingResult? Apply(BatchLeaf leaf, ImmutableArray<AnsweredShard> shards)
    {
        JobRequest request = leaf.Request.Message with { CumulativeMax = UInt128.MaxValue };
        if (leaf.Receipt.Finish == FinishReason.Void)
            return AccountingStep.ApplyVoid(_state, request);
        Slot?[] slots = [.. shards.Select(shard => _context.View.Slot(shard.Receipt.Message.Slot))];
        if (_context.View.Model(request.ModelId) is not { } model || slots.Any(slot => slot is null))
            return null;
        AccountingTerms terms = new(_context.Sequencer, _context.SequencerShareBps, model.LayerCount);
        return AccountingStep.Apply(_state, request, leaf.Receipt.Fee, slots!, terms, BatchRules.Available(request, _context.View));
    }

    private void Place(BatchLeaf leaf, AccountTree after)
    {
        _state = after;
        _leaves.Add(leaf with { Receipt = leaf.Receipt with { StateRootAfter = after.Root } });
    }

    private BatchLeaf ToLeaf(AnsweredJob job) => new()
    {
        Receipt = new QueryReceipt
        {
            JobId = _context.Domain.Digest(job.Request.Message),
            RequestHash = job.Request.Hash(),
            ShardReceiptHashes = [.. job.Shards.Select(s => s.Receipt.Hash())],
            Finish = job.Finish,
            PromptTokens = job.Request.Message.PromptTokens,
            OutputTokens = job.OutputTokens,
            TokensRoot = job.TokensRoot,
            CancelHash = job.Cancel?.Hash() ?? Bytes32.Zero,
            Fee = job.Finish == FinishReason.Void ? 0 : JobRequestRules.Fee(job.Request.Message, job.OutputTokens) ?? 0,
            StateRootAfter = Bytes32.Zero,
        },
        Request = job.Request,
        Shards = [.. job.Shards.Select(s => new ShardEntry(s.Receipt, IndexOf(s.Quote), s.Proof))],
        Tokens = job.Tokens,
        LeafLists = [.. job.Shards.Select(s => s.LeafList)],
        Cancel = job.Cancel,
    };

    private uint IndexOf(QuoteItem quote)
    {
        int index = _quotes.IndexOf(quote);
        if (index >= 0)
            return (uint)index;
        _quotes.Add(quote);
        return (uint)_quotes.Count - 1;
    }

    /// <summary>The contracts, but everybody has deposited everything.</summary>
    private sealed class GenerousView(IRollupView view) : IRollupView
    {
        public ModelLimits? Model(Bytes32 modelId) => view.Model(modelId);

        public Slot? Slot(uint slotId) => view.Slot(slotId);

        public IReadOnlyList<SlotKey> Keys(uint slotId) => view.Keys(slotId);

        public SessionGrant? Session(Address user, Address key) => view.Session(user, key);

        public UInt128 Credits(Address user) => UInt128.MaxValue;

        public UInt128 SpendableEarnings(Address user) => UInt128.MaxValue;
    }
}
