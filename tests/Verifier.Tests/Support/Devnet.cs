using System.Text.Json;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Inference.Tests.Support;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Verification;
using TeeTee.RollupContracts;

namespace TeeTee.Verifier.Tests.Support;

/// <summary>A real chain with the contracts, a listed model on two registered slots, a funded user and a data server.</summary>
public sealed class Devnet : IAsyncLifetime
{
    internal static readonly PrivateKey Sequencer = PrivateKey.Parse(AnvilProcess.Keys[0]);
    internal static readonly PrivateKey Host = PrivateKey.Parse(AnvilProcess.Keys[1]);
    internal static readonly PrivateKey User = PrivateKey.Parse(AnvilProcess.Keys[2]);

    private static readonly RollupParameters s_parameters = TestParameters.Ordinary;

    private static readonly SimulatedMeasurements s_image = SimulatedMeasurements.Of("shard", "compose");

    private static readonly Address s_module = Address.Parse("0x00000000000000000000000000000000000d15b0");

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-verifier-").FullName;
    private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(170));
    private AnvilProcess _anvil = null!;
    private JsonRpcClient _rpc = null!;

    internal CancellationToken Bound => _bound.Token;

    internal Uri ChainUrl => _anvil.Endpoint;

    internal EthereumClient Client { get; private set; } = null!;

    internal Deployment Deployment { get; private set; } = null!;

    internal RollupDomain Domain => Deployment.Domain();

    internal RollupContract Rollup => new(Client, Deployment.Rollup);

    internal RegistryContract Registry => new(Client, Deployment.Registry);

    internal CreditsContract Credits => new(Client, Deployment.Credits);

    internal SimulatedPki Pki { get; } = SimulatedPki.Create(TimeProvider.System);

    internal SimulatedPki OtherPki { get; } = SimulatedPki.Create(TimeProvider.System);

    internal DataServer Data { get; private set; } = null!;

    internal HostedModel Model { get; private set; } = null!;

    internal HostedModel OtherModel { get; private set; } = null!;

    /// <summary>Finite weights that no computation survives.</summary>
    internal HostedModel Overflowing { get; private set; } = null!;

    internal Dictionary<Bytes32, HostedSlot[]> Slots { get; } = [];

    internal uint EpochSeconds => (uint)s_parameters.EpochSeconds;

    public async Task InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync();
        _rpc = new JsonRpcClient(_anvil.Endpoint);
        Client = new EthereumClient(_rpc);
        Data = await DataServer.StartAsync();
        SyntheticModel shape = new() { Seed = 7, Layers = 4, Context = 640 };
        Model = new HostedModel(_folder, shape);
        OtherModel = new HostedModel(_folder, shape with { Seed = 8 });
        Overflowing = new HostedModel(_folder, shape with { Seed = 9, Alter = Overflow });
        using TransactionSender sequencer = new(Client, Sequencer, AnvilProcess.ChainId);
        using TransactionSender host = new(Client, Host, AnvilProcess.ChainId);
        using TransactionSender user = new(Client, User, AnvilProcess.ChainId);
        Deployment = await new RollupDeployer(Client, sequencer)
            .DeployAsync(
                s_parameters, ModuleTerms.For(s_parameters), SimulatedPolicy.Of(Pki, s_image), Sequencer.Address, Sequencer.Address, Bound);
        await SendAsync(sequencer, Registry, Registry.RegisterPoster(Sequencer.Address), s_parameters.MinPosterStake);
        foreach (HostedModel model in (HostedModel[])[Model, Overflowing])
        {
            await SendAsync(sequencer, Registry, ListModel(model), s_parameters.ModelBond);
            Slots[model.Id] = [await RegisterAsync(host, model, 0), await RegisterAsync(host, model, 1)];
        }

        await SendAsync(user, Credits, Credits.Deposit(User.Address), 100_000_000);
    }

    public async Task DisposeAsync()
    {
        await Data.DisposeAsync();
        _rpc.Dispose();
        await _anvil.DisposeAsync();
        foreach (HostedModel model in (HostedModel[])[Model, OtherModel, Overflowing])
            model.Dispose();
        Pki.Dispose();
        OtherPki.Dispose();
        _bound.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A folder of its own for a test.</summary>
    internal string NewFolder() => Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"))).FullName;

    internal async Task<string> SnapshotAsync() => (await _rpc.CallAsync("evm_snapshot", [], Bound)).GetString()!;

    internal Task RevertAsync(string snapshot) => _rpc.CallAsync("evm_revert", [snapshot], Bound);

    internal Task RpcAsync(string method, params object[] parameters) => _rpc.CallAsync(method, parameters, Bound);

    internal async Task<ulong> NowAsync() => (await Client.GetBlockAsync(BlockTag.Latest, Bound))!.Timestamp;

    internal VerifierOptions Options() => new()
    {
        ChainUrls = [ChainUrl],
        Deployment = Deployment,
        DataUrls = [Data.Address],
        ModelFiles = [Model.Path, Overflowing.Path],
        Tag = BlockTag.Latest,
        QuoteRoot = Pki.Root,
        Collateral = new HeldCollateral(Pki.Collateral(TimeProvider.System.GetUtcNow())),
        AllowSimulated = true,
        DataAttempts = 2,
        DataPause = TimeSpan.FromMilliseconds(1),
        Threads = 1,
        Rpc = new JsonRpcOptions { FirstBackoff = TimeSpan.FromMilliseconds(1) },
    };

    /// <summary>The context in which a batch that is posted soon will be judged.</summary>
    internal async Task<BatchContext> ContextAsync(IReadOnlyCollection<Signed<JobRequest>> requests, AccountTree parent)
    {
        ulong postedAt = await NowAsync() + 30;
        var needs = SnapshotNeeds.Of(requests, Slots.Values.SelectMany(s => s).Select(s => s.Slot.SlotId), Domain, Secp256k1Recovery.Instance);
        SnapshotReader reader = new(Registry, Credits, id => id == Model.Id || id == Overflowing.Id ? 320 : null);
        return new BatchContext
        {
            Domain = Domain,
            Sequencer = Sequencer.Address,
            PostedAt = postedAt,
            Parent = parent,
            SequencerShareBps = s_parameters.SequencerShareBps,
            SessionGraceSeconds = s_parameters.WithdrawalMargin,
            View = await reader.ReadAsync(needs, postedAt, BlockTag.Latest, Bound),
            Recovery = Secp256k1Recovery.Instance,
            Quotes = [],
        };
    }

    /// <summary>A genuine quote of the record's slot over any record.</summary>
    internal byte[] QuoteFor(QuoteRecord record)
    {
        HostedSlot slot = Slots.Values.SelectMany(s => s).Single(s => s.Slot.SlotId == record.Slot);
        return slot.Quotes.GetQuoteAsync(ReportData.ForEpoch(Domain, record), Bound).GetAwaiter().GetResult();
    }

    /// <summary>A quote below a root that nobody pinned.</summary>
    internal byte[] StrangersQuote(QuoteRecord record)
    {
        using SimulatedQuoteSource source = new(OtherPki, s_image);
        return source.GetQuoteAsync(ReportData.ForEpoch(Domain, record), Bound).GetAwaiter().GetResult();
    }

    /// <summary>Gives the rollup a dispute module that is impersonated where a test rolls back.</summary>
    internal async Task InstallDisputeModuleAsync()
    {
        // A module must have code; STOP will do, since only its address is used here.
        await RpcAsync("anvil_setCode", s_module.ToString(), "0x00");
        await RpcAsync("anvil_setBalance", s_module.ToString(), "0xde0b6b3a7640000");
        await RpcAsync("anvil_impersonateAccount", s_module.ToString());
        using TransactionSender owner = new(Client, Sequencer, AnvilProcess.ChainId);
        await SendAsync(owner, Rollup, Rollup.Artifact.Function("queueModule").EncodeCall((byte)0, s_module));
        await RpcAsync("evm_increaseTime", (int)s_parameters.ModuleDelay + 1);
        await SendAsync(owner, Rollup, Rollup.Artifact.Function("applyModule").EncodeCall((byte)0));
    }

    internal async Task RollBackAsync(ulong index, Bytes32 hash)
    {
        byte[] data = Rollup.Artifact.Function("rollBack").EncodeCall(index, hash);
        // The node answers with the hash before it has mined the block.
        JsonElement sent = await _rpc.CallAsync(
            "eth_sendTransaction", [new { from = s_module.ToString(), to = Rollup.Address.ToString(), data = Hex.Encode(data), gas = "0x100000" }], Bound);
        Bytes32 transaction = Bytes32.Parse(sent.GetString()!);
        while (await Client.GetTransactionReceiptAsync(transaction, Bound) is null)
            await Task.Delay(10, Bound);
        Assert.Equal(BatchStatus.RolledBack, await Rollup.GetStatusAsync(index, BlockTag.Latest, Bound));
    }

    /// <summary>Posts a header as the next batch and serves its data.</summary>
    internal async Task<(ulong Index, Bytes32 Hash)> PostAsync(BatchHeader header, IReadOnlyList<DataChunk> chunks)
    {
        PostedBatch head = await Rollup.GetHeadAsync(BlockTag.Latest, Bound);
        ulong index = await Rollup.GetNextIndexAsync(BlockTag.Latest, Bound);
        Bytes32 hash = BatchHash.Of(Domain, index, head.BatchHash, header);
        Data.Publish(index, hash, chunks);
        using TransactionSender sequencer = new(Client, Sequencer, AnvilProcess.ChainId);
        await SendAsync(sequencer, Rollup, Rollup.PostBatch(index, head.BatchHash, header));
        return (index, hash);
    }

    private async Task<HostedSlot> RegisterAsync(TransactionSender host, HostedModel model, int part)
    {
        byte[] data = Registry.RegisterSlot(model.Id, (uint)model.Ranges[part].First, (uint)model.Ranges[part].Count, Host.Address);
        TransactionReceipt registered = await SendAsync(host, Registry, data, s_parameters.MinSlotStake);
        uint slotId = (uint)(ulong)registered.Logs.Select(ContractEvent.Decode).Single(e => e?.Name == "SlotRegistered")!.Values["slotId"];
        await SendAsync(host, Registry, Registry.BeginRegistration(slotId));
        (Bytes32 nonce, _) = await Registry.GetRegistrationNonceAsync(slotId, BlockTag.Latest, Bound);
        PrivateKey enclave = PrivateKey.Generate();
        Bytes32 encryptionKey = Keccak256.Hash(BitConverter.GetBytes(slotId));
        SimulatedQuoteSource quotes = new(Pki, s_image);
        byte[] reportData = ReportData.ForRegistration(Domain, slotId, Host.Address, nonce, enclave.Address, encryptionKey);
        byte[] quote = await quotes.GetQuoteAsync(reportData, Bound);
        byte[] evidence = TdxEvidence.Create(quote);
        await SendAsync(host, Registry, Registry.Register(slotId, enclave.Address, encryptionKey, evidence));
        RegisteredSlot slot = (await Registry.GetSlotAsync(slotId, BlockTag.Latest, Bound))!;
        return new HostedSlot(slot.Slot, enclave, encryptionKey, quotes);
    }

    private byte[] ListModel(HostedModel model)
    {
        Inference.Models.ModelConfig c = model.Canonical.Config;
        ModelConfig config = new(
            (uint)c.Architecture, (uint)c.VocabularySize, (uint)c.EmbeddingLength, (uint)c.FeedForwardLength, (uint)c.LayerCount, (uint)c.HeadCount,
            (uint)c.KvHeadCount, (uint)c.HeadDimension, (uint)c.RopeDimensions, (uint)c.ContextLength, c.RmsEpsilonBits,
            c.AttentionScaleBits, (uint)c.RopePairing, c.TiedOutput);
        return Registry.ListModel(config, model.Identity.WeightsRoot, model.Identity.TokenizerHash, 1);
    }

    private async Task<TransactionReceipt> SendAsync(TransactionSender sender, Contract to, byte[] data, UInt128 value = default)
    {
        TransactionOutcome outcome = await sender.SendAsync(
            new TransactionRequest { Id = Guid.NewGuid().ToString(), To = to.Address, Data = data, Value = value }, Bound);
        Assert.True(outcome.IsSuccess, $"{outcome.Status}: {ContractError.Describe(outcome.RevertData.Span)} {outcome.Message}");
        return outcome.Receipt!;
    }

    private static byte[] Overflow(string name, byte[] data)
    {
        if (!name.EndsWith("blk.2.attn_norm.weight", StringComparison.Ordinal))
            return data;
        for (int i = 0; i < data.Length; i += 4)
            BitConverter.TryWriteBytes(data.AsSpan(i), 3e38f);
        return data;
    }
}
