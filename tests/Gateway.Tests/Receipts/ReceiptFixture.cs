using System.Collections.Immutable;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Encryption;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Gateway.Receipts;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Tests.Receipts;

/// <summary>One answered job of two shards in a batch that the real builder made, with real simulated quotes; and what the contracts would say.</summary>
internal sealed class ReceiptFixture : IDisposable
{
    public const ulong PostedAt = 1_800_000_000;
    private readonly PrivateKey _user = PrivateKey.Generate();
    private readonly PrivateKey _sequencer = PrivateKey.Generate();
    private readonly PrivateKey[] _enclaves = [PrivateKey.Generate(), PrivateKey.Generate()];
    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private readonly SimulatedQuoteSource _quotes;
    private readonly Slot[] _slots;
    private readonly uint[] _tokens = [5, 6, 7, 8, 2];
    private SealedExchange? _exchange;
    private readonly Bytes32 _modelId = Keccak256.Hash("model"u8);

    private ReceiptFixture()
    {
        _quotes = new SimulatedQuoteSource(_pki, SimulatedMeasurements.Of("image", "compose"));
        _slots = [new Slot(1, NewAddress(1), _modelId, 0, 1), new Slot(2, NewAddress(2), _modelId, 1, 3)];
    }

    public RollupDomain Domain { get; } = new(84532, NewAddress(9));

    private DataKey? DataKey { get; set; }

    public required ReceiptDocument Receipt { get; init; }

    public required ReceiptChainFacts Chain { get; init; }

    public IReadOnlyList<ReceiptCheck> Check(ReceiptDocument receipt, ReceiptChainFacts? chain, DataKey? dataKey = null) =>
        Check(receipt, chain, new HeldCollateral(_pki.Collateral(TimeProvider.System.GetUtcNow())), dataKey);

    public IReadOnlyList<ReceiptCheck> Check(
        ReceiptDocument receipt, ReceiptChainFacts? chain, ICollateralProvider? collateral, DataKey? dataKey = null) => ReceiptVerification.Check(
        receipt, Receipt.Id, Domain, chain, _pki.Root, collateral, TimeProvider.System.GetUtcNow(), Secp256k1Recovery.Instance, dataKey);

    /// <param name="dataKey">Makes the job a sealed one.</param>
    public static async Task<ReceiptFixture> CreateAsync(DataKey? dataKey = null)
    {
        ReceiptFixture parts = new() { Receipt = null!, Chain = null! };
        parts.DataKey = dataKey;
        AnsweredJob job = await parts.AnswerAsync();
        BatchBuilder builder = new(parts.Context());
        Assert.Empty(builder.TryAdd(job));
        Batch batch = builder.Build();
        Bytes32 hash = BatchHash.Of(parts.Domain, 1, Bytes32.Zero, batch.Header);
        return new ReceiptFixture(parts, parts.Document(job, batch, hash), new ReceiptChainFacts(
            parts._slots.ToImmutableDictionary(s => s.SlotId), parts.Keys(), 4, null,
            new PostedBatch(1, hash, batch.Header.StateRoot, parts._sequencer.Address, PostedAt, 1, 0, 0), BatchStatus.Final, PostedAt + 100));
    }

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    private ReceiptFixture(ReceiptFixture parts, ReceiptDocument receipt, ReceiptChainFacts chain)
    {
        (_user, _sequencer, _enclaves, _pki, _quotes, _slots) = (parts._user, parts._sequencer, parts._enclaves, parts._pki, parts._quotes, parts._slots);
        (Receipt, Chain) = (receipt, chain);
    }

    public void Dispose()
    {
        _quotes.Dispose();
        _pki.Dispose();
    }

    private static Address NewAddress(byte seed) => new(Keccak256.Hash([seed]).ToArray().AsSpan(12));

    private async Task<AnsweredJob> AnswerAsync()
    {
        JobRequest request = new()
        {
            User = _user.Address,
            Sequencer = _sequencer.Address,
            Nonce = 1,
            ModelId = _modelId,
            PromptTokensRoot = TokenCommitment.Root(_tokens.AsSpan(0, 3), DataKey?.PromptSaltsOf(_user.Address, 1, _modelId).PromptTokens),
            PromptTokens = 3,
            MaxOutputTokens = 8,
            StopTokens = [2],
            Sampling = Sampling.GreedyPick,
            PromptPrice = 101,
            OutputPrice = 307,
            MaxFee = 10_000,
            CumulativeMax = 10_000,
            Deadline = PostedAt + 100,
            Payment = PaymentKind.Credits,
            Privacy = DataKey is null ? PrivacyMode.Public : PrivacyMode.Sealed,
        };
        Bytes32 jobId = Domain.Digest(request);
        _exchange = DataKey is null ? null : SealedExchange.Seal(
            DataKey.From(DataKey.ToArray()), new SealedBinding(jobId, request.User, 1, _modelId), [Keccak256.Hash([0])], _tokens.AsSpan(0, 3), out _);
        return new AnsweredJob
        {
            Request = Domain.Sign(request, _user),
            Finish = FinishReason.Stop,
            OutputTokens = 2,
            TokensRoot = TokensRoot,
            Shards = [await ShardAsync(0, jobId), await ShardAsync(1, jobId)],
            Tokens = _exchange?.SealTokens(TokensRoot, _tokens) ?? TokenBytes.Encode(_tokens),
        };
    }

    private Bytes32 TokensRoot => _exchange?.TokensRoot(_tokens) ?? TokenCommitment.Root(_tokens);

    private async Task<AnsweredShard> ShardAsync(int index, Bytes32 jobId)
    {
        Slot slot = _slots[index];
        Bytes32[] leaves = [.. Enumerable.Range(0, 4).Select(i => Keccak256.Hash([(byte)i, (byte)index]))];
        ShardReceipt receipt = new(jobId, slot.SlotId, slot.Operator, 7, 4, TokensRoot, TraceCommitment.Root(leaves), PostedAt + 40);
        ExecutionTree tree = new([Domain.Digest(receipt), Keccak256.Hash("another"u8), Keccak256.Hash("third"u8)]);
        QuoteRecord record = new(_modelId, slot.SlotId, slot.Operator, 7, tree.Root, _enclaves[index].Address, Keccak256.Hash([(byte)index]), Bytes32.Zero);
        byte[] quote = await _quotes.GetQuoteAsync(ReportData.ForEpoch(Domain, record), CancellationToken.None);
        return new AnsweredShard(
            Domain.Sign(receipt, _enclaves[index]), leaves.SelectMany(l => l.ToArray()).ToArray(),
            new QuoteItem(record with { QuoteHash = Keccak256.Hash(quote) }, quote), tree.Prove(Domain.Digest(receipt))!);
    }

    private ImmutableDictionary<uint, IReadOnlyList<SlotKey>> Keys() => _slots.ToImmutableDictionary(
        s => s.SlotId, s => (IReadOnlyList<SlotKey>)[new SlotKey(s.SlotId, _enclaves[s.SlotId - 1].Address, Keccak256.Hash([(byte)(s.SlotId - 1)]), 0, ulong.MaxValue)]);

    private BatchContext Context() => new()
    {
        Domain = Domain,
        Sequencer = _sequencer.Address,
        PostedAt = PostedAt,
        Parent = AccountTree.Empty,
        SequencerShareBps = 1000,
        View = new RollupSnapshot
        {
            Models = ImmutableDictionary<Bytes32, ModelLimits>.Empty.Add(_modelId, new ModelLimits(_modelId, 4, 256, 1000)),
            Slots = _slots.ToImmutableDictionary(s => s.SlotId),
            SlotKeys = Keys(),
            CreditsOf = ImmutableDictionary<Address, UInt128>.Empty.Add(_user.Address, 1_000_000),
        },
        Recovery = Secp256k1Recovery.Instance,
        Quotes = [],
    };

    private ReceiptDocument Document(AnsweredJob job, Batch batch, Bytes32 hash)
    {
        BatchLeaf leaf = batch.Data.Leaves[0];
        Signed<AnswerReceipt> answer = Domain.Sign(new AnswerReceipt(leaf.Receipt.JobId, job.TokensRoot, leaf.Receipt.Fee, PostedAt + 40), _sequencer);
        SparseMerkleProof proof = batch.StateAfter.Prove(_user.Address);
        return new ReceiptDocument(
            leaf.Receipt.JobId, "final", job.Request.Message, job.Request.Signature,
            [.. leaf.Shards.Select(s => new ReceiptShardPart(s.Receipt.Message, s.Receipt.Signature, s.QuoteIndex, s.Proof.Index, s.Proof.Size, s.Proof.Siblings))],
            [.. batch.Data.Quotes.Select(q => new ReceiptQuotePart(q.Record, q.Quote.ToArray(), "simulated"))],
            _exchange is null ? [.. _tokens] : null, answer.Message, answer.Signature, leaf.Receipt,
            new ReceiptBatchPart(1, hash, Bytes32.Zero, 0, 1, [], batch.Header, null, PostedAt),
            new ReceiptAccountPart(_user.Address, Hex.Encode(batch.StateAfter.Get(_user.Address).Encode()), new ReceiptAccountProof(proof.Bitmap, [.. proof.Siblings])), _exchange is null ? null : leaf.Tokens.ToArray());
    }
}
