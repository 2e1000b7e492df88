using System.Collections.Immutable;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;

namespace TeeTee.RollupContracts.Tests;

/// <summary>The whole life of one job on a real node: deployed, registered, paid, posted, judged, final and claimed.</summary>
public sealed class RollupOnAnvilTests : IDisposable
{
    private static readonly ulong s_chainId = AnvilProcess.ChainId;
    private static readonly PrivateKey s_sequencer = PrivateKey.Parse(AnvilProcess.Keys[0]);
    private static readonly PrivateKey s_host = PrivateKey.Parse(AnvilProcess.Keys[1]);
    private static readonly PrivateKey s_user = PrivateKey.Parse(AnvilProcess.Keys[2]);
    private static readonly PrivateKey s_session = PrivateKey.Generate();
    private static readonly PrivateKey s_enclave = PrivateKey.Generate();
    private static readonly Bytes32 s_encryptionKey = Keccak256.Hash("encryption"u8);

    private static readonly ModelConfig s_config = new(1, 1000, 64, 128, 4, 4, 2, 16, 16, 256, 0x3727C5AC, 0x3E800000, 0, true);

    private static readonly RollupParameters s_parameters = TestParameters.Ordinary;

    private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(50));
    private readonly SimulatedPki _pki;
    private readonly SimulatedQuoteSource _machine;

    public RollupOnAnvilTests()
    {
        _pki = SimulatedPki.Create(TimeProvider.System);
        _machine = new SimulatedQuoteSource(_pki, SimulatedMeasurements.Of("test", "test"));
    }

    private CancellationToken Bound => _bound.Token;

    public void Dispose()
    {
        _machine.Dispose();
        _pki.Dispose();
        _bound.Dispose();
    }

    [Fact]
    public async Task Claim_AfterAPostedBatchIsFinal_PaysWhatTheTreeSays()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        using JsonRpcClient rpc = new(anvil.Endpoint);
        EthereumClient client = new(rpc);
        using TransactionSender sequencer = new(client, s_sequencer, s_chainId);
        using TransactionSender host = new(client, s_host, s_chainId);
        using TransactionSender user = new(client, s_user, s_chainId);
        Deployment deployment = await new RollupDeployer(client, sequencer)
            .DeployAsync(
                s_parameters, ModuleTerms.For(s_parameters), SimulatedPolicy.Of(_pki, _machine.Measurements), s_sequencer.Address,
                s_sequencer.Address, Bound);
        RollupContract rollup = new(client, deployment.Rollup);
        RegistryContract registry = new(client, deployment.Registry);
        CreditsContract credits = new(client, deployment.Credits);

        Assert.Equal(s_parameters, await rollup.GetParametersAsync(BlockTag.Latest, Bound));
        Assert.Equal(deployment.DisputeHub, await rollup.GetDisputeModuleAsync(BlockTag.Latest, Bound));
        DisputeHubContract hub = new(client, deployment.DisputeHub!.Value);
        Assert.Equal(deployment.QuoteChallenges, await hub.FindAsync(DisputeKind.QuoteChallenges, BlockTag.Latest, Bound));
        Assert.Equal(deployment.DisputeGame, await hub.FindAsync(DisputeKind.Game, BlockTag.Latest, Bound));
        Assert.Equal(deployment.QuoteVerifier, await rollup.GetQuoteVerifierAsync(0, BlockTag.Latest, Bound));
        Assert.True(await new QuoteVerifierContract(client, deployment.QuoteVerifier).IsSimulatedAsync(BlockTag.Latest, Bound));
        Assert.Equal(s_sequencer.Address, await new TcbRegistryContract(client, deployment.TcbRegistry!.Value).GetOwnerAsync(BlockTag.Latest, Bound));
        Assert.Equal(deployment.Domain().Separator, await rollup.GetDomainSeparatorAsync(BlockTag.Latest, Bound));

        Bytes32 modelId = await ListModelAsync(sequencer, client, registry);
        await SendAsync(sequencer, registry, registry.RegisterPoster(s_sequencer.Address), s_parameters.MinPosterStake);
        Slot slot = await RegisterSlotAsync(host, deployment, client, registry, modelId);
        await SendAsync(user, credits, credits.Deposit(s_user.Address), 1_000_000);
        ulong expiry = (await client.GetBlockAsync(BlockTag.Latest, Bound))!.Timestamp + 1_000;
        await SendAsync(user, credits, credits.AuthorizeSession(s_session.Address, 10_000, expiry));

        ulong now = (await client.GetBlockAsync(BlockTag.Latest, Bound))!.Timestamp;
        AnsweredJob job = await AnswerAsync(deployment.Domain(), slot, now, s_session);
        RollupSnapshot view = await GatherAsync(registry, credits, deployment.Domain(), job, now + 30);
        BatchContext context = Context(deployment, view, now + 30);
        BatchBuilder builder = new(context);
        Assert.Empty(builder.TryAdd(job));
        Batch batch = builder.Build();
        Assert.True(BatchRules.Check(batch.Header, batch.Data, context with { Quotes = [QuoteVerdict.Accepted] }).IsValid);

        await PostTwiceAsync(sequencer, deployment, rollup, batch);
        await rpc.CallAsync("evm_increaseTime", [(int)s_parameters.Window + 1], Bound);
        await SendAsync(sequencer, rollup, rollup.FinalizeBatches(10));
        Assert.Equal(BatchStatus.Final, await rollup.GetStatusAsync(1, BlockTag.Latest, Bound));
        Assert.Equal(batch.StateAfter.Root, await rollup.GetFinalStateRootAsync(BlockTag.Latest, Bound));

        await ClaimAsync(host, s_host.Address, client, credits, batch.StateAfter);
        await ClaimAsync(sequencer, s_sequencer.Address, client, credits, batch.StateAfter);
    }

    [Fact]
    public async Task LoadAsync_SavedDeployment_ReturnsItself()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Deployment deployment = new(s_chainId, s_user.Address, s_host.Address, s_sequencer.Address, s_enclave.Address, 7) { TcbRegistry = s_user.Address, QuoteChallenges = s_host.Address };
        await deployment.SaveAsync(path, Bound);
        Deployment loaded = await Deployment.LoadAsync(path, Bound);
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, Bound)).Replace("registry", "register"), Bound);
        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(() => Deployment.LoadAsync(path, Bound));
        File.Delete(path);

        Assert.Equal(deployment, loaded);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_FileOfBeforeThereWereChallenges_StillLoads()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await new Deployment(s_chainId, s_user.Address, s_host.Address, s_sequencer.Address, s_enclave.Address, 7).SaveAsync(path, Bound);
        string text = await File.ReadAllTextAsync(path, Bound);
        Deployment loaded = await Deployment.LoadAsync(path, Bound);
        File.Delete(path);

        Assert.DoesNotContain("quoteChallenges", text, StringComparison.Ordinal);
        Assert.Null(loaded.TcbRegistry);
        Assert.Null(loaded.QuoteChallenges);
    }

    private async Task<Bytes32> ListModelAsync(TransactionSender sender, EthereumClient client, RegistryContract registry)
    {
        byte[] data = registry.ListModel(s_config, Keccak256.Hash("weights"u8), Keccak256.Hash("tokenizer"u8), 1);
        TransactionReceipt receipt = await SendAsync(sender, registry, data, s_parameters.ModelBond);
        Bytes32 modelId = (Bytes32)Event(receipt, "ModelListed").Values["modelId"];
        ListedModel? model = await registry.GetModelAsync(modelId, BlockTag.Latest, Bound);
        Assert.Equal((4u, 256u, 1u, false), (model!.LayerCount, model.ContextLength, model.ArithmeticVersion, model.IsSuspended));
        Assert.NotEmpty(await client.GetCodeAsync(registry.Address, BlockTag.Latest, Bound));
        return modelId;
    }

    private async Task<Slot> RegisterSlotAsync(
        TransactionSender host, Deployment deployment, EthereumClient client, RegistryContract registry, Bytes32 modelId)
    {
        TransactionReceipt registered = await SendAsync(host, registry, registry.RegisterSlot(modelId, 0, 4, s_host.Address), 1_000);
        uint slotId = (uint)(ulong)Event(registered, "SlotRegistered").Values["slotId"];
        await SendAsync(host, registry, registry.BeginRegistration(slotId));
        (Bytes32 nonce, _) = await registry.GetRegistrationNonceAsync(slotId, BlockTag.Latest, Bound);
        byte[] reportData = ReportData.ForRegistration(
            deployment.Domain(), slotId, s_host.Address, nonce, s_enclave.Address, s_encryptionKey);
        byte[] evidence = TdxEvidence.Create(await _machine.GetQuoteAsync(reportData, Bound));
        await SendAsync(host, registry, registry.Register(slotId, s_enclave.Address, s_encryptionKey, evidence));

        RegisteredSlot? slot = await registry.GetSlotAsync(slotId, BlockTag.Latest, Bound);
        Assert.Equal(new Slot(slotId, s_host.Address, modelId, 0, 4), slot!.Slot);
        Assert.Equal([slotId], await registry.GetSlotsOfAsync(modelId, BlockTag.Latest, Bound));
        SlotKey key = Assert.Single(await registry.GetKeysAsync(slotId, BlockTag.Latest, Bound));
        ulong epoch = (await client.GetBlockAsync(BlockTag.Latest, Bound))!.Timestamp / s_parameters.EpochSeconds;
        Assert.True(key.IsValidAt(epoch));
        Assert.Equal((s_enclave.Address, s_encryptionKey), (key.SigningKey, key.EncryptionKey));
        // What C# calls the image is what the contract found in the quote.
        Bytes32 image = AttestedImage.Of(register => _machine.Measurements[register]);
        KeyStanding? standing = await registry.GetStandingAsync(slotId, s_enclave.Address, BlockTag.Latest, Bound);
        Assert.Equal((key, deployment.QuoteVerifier, image, 0ul, true), (standing!.Key, standing.Judge, standing.Image, standing.LapsedAt, standing.IsAnswered));
        Assert.Null(await registry.GetStandingAsync(slotId, s_user.Address, BlockTag.Latest, Bound));
        return slot.Slot;
    }

    private Task<RollupSnapshot> GatherAsync(
        RegistryContract registry, CreditsContract credits, RollupDomain domain, AnsweredJob job, ulong postedAt)
    {
        SnapshotReader reader = new(registry, credits, id => id == job.Request.Message.ModelId ? s_config.VocabularySize : null);
        SnapshotNeeds needs = SnapshotNeeds.Of(
            [job.Request], job.Shards.Select(s => s.Receipt.Message.Slot), domain, Secp256k1Recovery.Instance);
        return reader.ReadAsync(needs, postedAt, BlockTag.Latest, Bound);
    }

    private static BatchContext Context(Deployment deployment, RollupSnapshot view, ulong postedAt) => new()
    {
        Domain = deployment.Domain(),
        Sequencer = s_sequencer.Address,
        PostedAt = postedAt,
        Parent = AccountTree.Empty,
        SequencerShareBps = s_parameters.SequencerShareBps,
        SessionGraceSeconds = s_parameters.WithdrawalMargin,
        View = view,
        Recovery = Secp256k1Recovery.Instance,
        Quotes = [],
    };

    private async Task<AnsweredJob> AnswerAsync(RollupDomain domain, Slot slot, ulong now, PrivateKey signer)
    {
        uint[] tokens = [5, 6, 7, 8, 2];
        JobRequest request = new()
        {
            User = s_user.Address,
            Sequencer = s_sequencer.Address,
            Nonce = 1,
            ModelId = slot.ModelId,
            PromptTokensRoot = TokenCommitment.Root(tokens.AsSpan(0, 3)),
            PromptTokens = 3,
            MaxOutputTokens = 8,
            StopTokens = [2],
            Sampling = Sampling.GreedyPick,
            PromptPrice = 101,
            OutputPrice = 307,
            MaxFee = 10_000,
            CumulativeMax = 10_000,
            Deadline = now + 100,
            Payment = PaymentKind.Credits,
            Privacy = PrivacyMode.Public,
        };
        Bytes32[] leaves = [.. Enumerable.Range(0, 4).Select(i => Keccak256.Hash([(byte)i]))];
        ulong epoch = now / s_parameters.EpochSeconds;
        Bytes32 tokensRoot = TokenCommitment.Root(tokens);
        ShardReceipt receipt = new(
            domain.Digest(request), slot.SlotId, slot.Operator, epoch, 4, tokensRoot, TraceCommitment.Root(leaves), now + 40);
        ExecutionTree tree = new([domain.Digest(receipt)]);
        byte[] reportData = ReportData.ForEpoch(
            domain, slot.ModelId, slot.SlotId, slot.Operator, epoch, tree.Root, s_enclave.Address, s_encryptionKey);
        byte[] quote = await _machine.GetQuoteAsync(reportData, Bound);
        QuoteRecord record = new(
            slot.ModelId, slot.SlotId, slot.Operator, epoch, tree.Root, s_enclave.Address, s_encryptionKey, Keccak256.Hash(quote));
        AnsweredShard shard = new(
            domain.Sign(receipt, s_enclave), leaves.SelectMany(l => l.ToArray()).ToArray(), new QuoteItem(record, quote),
            tree.Prove(domain.Digest(receipt))!);
        return new AnsweredJob
        {
            Request = domain.Sign(request, signer),
            Finish = FinishReason.Stop,
            OutputTokens = 2,
            TokensRoot = tokensRoot,
            Shards = [shard],
            Tokens = tokens.SelectMany(BitConverter.GetBytes).ToArray(),
        };
    }

    private async Task PostTwiceAsync(TransactionSender sequencer, Deployment deployment, RollupContract rollup, Batch batch)
    {
        PostedBatch head = await rollup.GetHeadAsync(BlockTag.Latest, Bound);
        ulong index = await rollup.GetNextIndexAsync(BlockTag.Latest, Bound);
        Bytes32 hash = BatchHash.Of(deployment.Domain(), index, head.BatchHash, batch.Header);
        byte[] post = rollup.PostBatch(index, head.BatchHash, batch.Header);
        TransactionReceipt receipt = await SendAsync(sequencer, rollup, post);

        Assert.True(BatchPosted.TryDecode(receipt.Logs.Single(), out BatchPosted? posted));
        Assert.Equal((1ul, hash, s_sequencer.Address, Bytes32.Zero), (posted.Index, posted.BatchHash, posted.Poster, posted.ParentHash));
        Assert.Equal(batch.Header, posted.Header);
        Assert.Equal(hash, await rollup.HashBatchAsync(index, head.BatchHash, batch.Header, BlockTag.Latest, Bound));
        Assert.Equal(hash, (await rollup.GetBatchAsync(index, BlockTag.Latest, Bound))!.BatchHash);
        Assert.Null(await rollup.GetBatchAsync(2, BlockTag.Latest, Bound));

        TransactionOutcome again = await sequencer.SendAsync(new TransactionRequest { Id = "again", To = rollup.Address, Data = post }, Bound);
        Assert.True(ContractError.TryDecode(again.RevertData.Span, out ContractError? error));
        Assert.Equal(new ContractError("Rollup_IndexAlreadyPosted", [index, hash]), error);
    }

    private async Task ClaimAsync(TransactionSender sender, Address owner, EthereumClient client, CreditsContract credits, AccountTree state)
    {
        Account account = state.Get(owner);
        byte[] wrong = credits.Claim(account with { Earned = account.Earned + 1 }, state.Prove(owner));
        TransactionOutcome refused = await sender.SendAsync(new TransactionRequest { Id = "wrong", To = credits.Address, Data = wrong }, Bound);
        Assert.True(ContractError.TryDecode(refused.RevertData.Span, out ContractError? error));
        Assert.Equal("Credits_BadProof", error.Name);

        Assert.Equal(account.Earned, await credits.GetClaimableAsync(account, BlockTag.Latest, Bound));
        UInt128 before = await client.GetBalanceAsync(credits.Address, BlockTag.Latest, Bound);
        TransactionReceipt receipt = await SendAsync(sender, credits, credits.Claim(account, state.Prove(owner)));
        Assert.Equal(account.Earned, (UInt128)Event(receipt, "Claimed").Values["amount"]);
        Assert.Equal(before - account.Earned, await client.GetBalanceAsync(credits.Address, BlockTag.Latest, Bound));
    }

    private async Task<TransactionReceipt> SendAsync(TransactionSender sender, Contract to, byte[] data, UInt128 value = default)
    {
        TransactionOutcome outcome = await sender.SendAsync(
            new TransactionRequest { Id = Guid.NewGuid().ToString(), To = to.Address, Data = data, Value = value }, Bound);
        Assert.True(outcome.IsSuccess, $"{outcome.Status}: {ContractError.Describe(outcome.RevertData.Span)} {outcome.Message}");
        return outcome.Receipt!;
    }

    private static ContractEvent Event(TransactionReceipt receipt, string name) =>
        receipt.Logs.Select(ContractEvent.Decode).Single(e => e?.Name == name)!;
}
