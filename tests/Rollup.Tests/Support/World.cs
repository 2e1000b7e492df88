using System.Buffers.Binary;
using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Tests.Support;

/// <summary>A user, a sequencer and two shards with real keys; turns drafts into a batch whose every root fits its content.</summary>
internal sealed class World
{
    public const ulong PostedAt = 1_800_000_000;
    public const uint StopToken = 2;

    private readonly Samples _samples = new(99);

    public World()
    {
        Domain = new(31337, Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));
        Model = new ModelLimits(_samples.Hash(), 4, 64, 1000);
        Slots = [new Slot(7, _samples.Address(), Model.ModelId, 0, 1), new Slot(9, _samples.Address(), Model.ModelId, 1, 3)];
        Keys = [.. Slots.Select((s, i) => new SlotKey(s.SlotId, ShardKeys[i].Address, _samples.Hash(), 10, 20))];
        View = new RollupSnapshot
        {
            Models = ImmutableDictionary<Bytes32, ModelLimits>.Empty.Add(Model.ModelId, Model),
            Slots = Slots.ToImmutableDictionary(s => s.SlotId),
            SlotKeys = Keys.ToImmutableDictionary(k => k.SlotId, k => (IReadOnlyList<SlotKey>)[k]),
            CreditsOf = ImmutableDictionary<Address, UInt128>.Empty.Add(User.Address, 1_000_000),
            SpendableEarningsOf = ImmutableDictionary<Address, UInt128>.Empty.Add(User.Address, 1_000_000),
        };
    }

    /// <summary>The same on a chain that holds these slots and keys.</summary>
    public World(RollupDomain domain, ModelLimits model, IEnumerable<Slot> slots, IEnumerable<SlotKey> keys, uint sequencerShareBps)
    {
        (Domain, Model, Slots, Keys, ShareBps) = (domain, model, [.. slots], [.. keys], sequencerShareBps);
        View = new RollupSnapshot();
    }

    public static PrivateKey User { get; } = Key(1);

    public static PrivateKey Stranger { get; } = Key(2);

    public static PrivateKey Sequencer { get; } = Key(3);

    public static ImmutableArray<PrivateKey> ShardKeys { get; } = [Key(4), Key(5)];

    public RollupDomain Domain { get; }

    public uint ShareBps { get; } = 500;

    public ulong SessionGraceSeconds { get; init; }

    public ModelLimits Model { get; }

    public ImmutableArray<Slot> Slots { get; }

    public ImmutableArray<SlotKey> Keys { get; }

    public RollupSnapshot View { get; set; }

    public AccountTree Parent { get; set; } = AccountTree.Empty;

    public BatchContext Context(int quotes) => new()
    {
        Domain = Domain,
        Sequencer = Sequencer.Address,
        PostedAt = PostedAt,
        Parent = Parent,
        SequencerShareBps = ShareBps,
        SessionGraceSeconds = SessionGraceSeconds,
        View = View,
        Recovery = Secp256k1Recovery.Instance,
        Quotes = [.. Enumerable.Repeat(QuoteVerdict.Accepted, quotes)],
    };

    public Bytes32 Hash() => _samples.Hash();

    public Address NewAddress() => _samples.Address();

    /// <summary>A draft of an honest job that stops after four tokens.</summary>
    public Draft Draft(ulong nonce)
    {
        uint[] tokens = [11, 12, 13, 14, 15, 16, StopToken];
        JobRequest request = new()
        {
            User = User.Address,
            Sequencer = Sequencer.Address,
            Nonce = nonce,
            ModelId = Model.ModelId,
            PromptTokensRoot = TraceRoots.Tokens(Ids(tokens[..3])),
            PromptTokens = 3,
            MaxOutputTokens = 10,
            StopTokens = [StopToken, 77],
            Sampling = new Sampling(false, BitConverter.SingleToUInt32Bits(1.25f), 0, Hash()),
            PromptPrice = 7,
            OutputPrice = 11,
            MaxFee = 500,
            CumulativeMax = 1_000_000,
            Deadline = PostedAt,
            Payment = PaymentKind.Credits,
            Privacy = PrivacyMode.Public,
        };
        return new Draft { Request = request, Tokens = tokens };
    }

    public AnsweredJob Answer(Draft draft)
    {
        Signed<JobRequest> request = Domain.Sign(draft.Request, draft.RequestSigner);
        if (draft.Finish == FinishReason.Void)
            return AnsweredJob.Void(request) with { Cancel = Cancel(draft, Domain.Digest(draft.Request)) };
        Bytes32 jobId = Domain.Digest(draft.Request);
        byte[] ids = Ids(draft.Tokens);
        return new AnsweredJob
        {
            Request = request,
            Finish = draft.Finish,
            OutputTokens = (uint)draft.Tokens.Length - draft.Request.PromptTokens,
            TokensRoot = TraceRoots.Tokens(ids),
            Shards = [.. Slots.Select((slot, i) => Shard(draft, i, jobId, TraceRoots.Tokens(ids)))],
            Tokens = ids,
            Cancel = Cancel(draft, jobId),
        };
    }

    /// <summary>Puts drafts into a batch as a careless sequencer would: nothing is checked, every root fits what is there.</summary>
    public (BatchHeader Header, BatchData Data) Build(params Draft[] drafts)
    {
        List<BatchLeaf> leaves = [];
        List<QuoteItem> quotes = [];
        AccountTree state = Parent;
        foreach (Draft draft in drafts)
        {
            BatchLeaf leaf = Leaf(draft, quotes);
            state = BatchRules.Apply(state, leaf, Context(quotes.Count))?.After ?? state;
            leaf = leaf with { Receipt = leaf.Receipt with { StateRootAfter = state.Root } };
            leaves.Add(draft.Last(leaf));
        }

        BatchData data = new([.. leaves], [.. quotes]);
        return (BatchBuilder.HeaderOf(data, data.Chunks()), data);
    }

    public static byte[] Ids(IReadOnlyList<uint> tokens)
    {
        byte[] bytes = new byte[tokens.Count * 4];
        for (int i = 0; i < tokens.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), tokens[i]);
        return bytes;
    }

    private BatchLeaf Leaf(Draft draft, List<QuoteItem> quotes)
    {
        AnsweredJob job = Answer(draft);
        int first = quotes.Count;
        quotes.AddRange(job.Shards.Select(s => s.Quote));
        QueryReceipt receipt = new()
        {
            JobId = Domain.Digest(draft.Request),
            RequestHash = job.Request.Hash(),
            ShardReceiptHashes = [.. job.Shards.Select(s => s.Receipt.Hash())],
            Finish = draft.Finish,
            PromptTokens = draft.Request.PromptTokens,
            OutputTokens = job.OutputTokens,
            TokensRoot = job.TokensRoot,
            CancelHash = job.Cancel?.Hash() ?? Bytes32.Zero,
            Fee = draft.Finish == FinishReason.Void ? 0 : JobRequestRules.Fee(draft.Request, job.OutputTokens)!.Value,
            StateRootAfter = Bytes32.Zero,
        };
        return draft.Leaf(new BatchLeaf
        {
            Receipt = receipt,
            Request = job.Request,
            Shards = [.. job.Shards.Select((s, i) => new ShardEntry(s.Receipt, (uint)(first + i), s.Proof))],
            Tokens = job.Tokens,
            LeafLists = [.. job.Shards.Select(s => s.LeafList)],
            Cancel = job.Cancel,
        });
    }

    private AnsweredShard Shard(Draft draft, int index, Bytes32 jobId, Bytes32 tokensRoot)
    {
        Slot slot = Slots[index];
        // Every job of a test is in an epoch of its own, so that each has its own quotes.
        ulong epoch = Keys[index].ValidFrom + draft.Request.Nonce % 10;
        ShardReceipt receipt = new(
            jobId, slot.SlotId, slot.Operator, epoch, (uint)draft.Tokens.Length - 1, tokensRoot, Bytes32.Zero, PostedAt + 1);
        receipt = draft.Receipt(index, receipt);
        byte[] list = _samples.Bytes((int)receipt.Positions * 32);
        if (receipt.TraceRoot.IsZero)
            receipt = receipt with { TraceRoot = TraceRoots.Trace(list) };
        Signed<ShardReceipt> signed = Domain.Sign(receipt, draft.ShardSigners[index]);
        ExecutionTree tree = new([Domain.Digest(receipt), Hash(), Hash()]);
        byte[] quote = _samples.Bytes(100);
        QuoteRecord record = draft.Quote(index, new QuoteRecord(
            draft.Request.ModelId, receipt.Slot, receipt.Operator, receipt.Epoch, tree.Root, Keys[index].SigningKey,
            Keys[index].EncryptionKey, Keccak256.Hash(quote)));
        return new AnsweredShard(signed, list, new QuoteItem(record, quote), tree.Prove(Domain.Digest(receipt))!);
    }

    private Signed<CancelJob>? Cancel(Draft draft, Bytes32 jobId) =>
        draft.Cancel is null ? null : Domain.Sign(draft.Cancel(new CancelJob(jobId, (uint)draft.Tokens.Length - draft.Request.PromptTokens)), draft.CancelSigner);

    private static PrivateKey Key(byte last)
    {
        byte[] secret = new byte[32];
        secret[31] = last;
        return new PrivateKey(secret);
    }
}
