using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Tests.Batching;

/// <summary>A real chain with the deployed contracts, a listed model, two slots with keys, two users with credits and a simulated TEE.</summary>
internal sealed class ChainWorld : IAsyncDisposable
{
    public const uint VocabularySize = 1000;
    public const uint Deposit = 1_000_000;

    private static readonly ModelConfig s_config = new(1, VocabularySize, 64, 128, 4, 4, 2, 16, 16, 256, 0x3727C5AC, 0x3E800000, 0, true);

    private readonly JsonRpcClient _rpc;

    private ChainWorld(AnvilProcess anvil)
    {
        Anvil = anvil;
        _rpc = new JsonRpcClient(anvil.Endpoint);
        Client = new EthereumClient(_rpc);
        Pki = SimulatedPki.Create(TimeProvider.System);
        Quotes = new SimulatedQuoteSource(Pki, SimulatedMeasurements.Of("world", "test"));
    }

    /// <summary>Epochs that are over when a world is ready and for which its keys count: as many jobs one after the other have one each.</summary>
    public const ulong EpochsBefore = 30;

    public static RollupParameters Parameters { get; } = TestParameters.Ordinary;

    public static ChallengeTerms Terms { get; } = new(Bond: 100, Penalty: 400, Bounty: 100);

    public static PrivateKey Sequencer { get; } = PrivateKey.Parse(AnvilProcess.Keys[0]);

    public static PrivateKey[] Hosts { get; } = [PrivateKey.Parse(AnvilProcess.Keys[1]), PrivateKey.Parse(AnvilProcess.Keys[2])];

    public static PrivateKey[] Users { get; } = [PrivateKey.Parse(AnvilProcess.Keys[3]), PrivateKey.Parse(AnvilProcess.Keys[4])];

    public AnvilProcess Anvil { get; }

    public EthereumClient Client { get; }

    public JsonRpcClient Rpc => _rpc;

    public SimulatedPki Pki { get; }

    public SimulatedQuoteSource Quotes { get; }

    public PrivateKey[] Enclaves { get; } = [PrivateKey.Generate(), PrivateKey.Generate()];

    public Bytes32[] EncryptionKeys { get; } = [Keccak256.Hash("x0"u8), Keccak256.Hash("x1"u8)];

    public Deployment Deployment { get; private set; } = null!;

    public Slot[] Slots { get; private set; } = [];

    public Bytes32 ModelId { get; private set; }

    public RollupDomain Domain => Deployment.Domain();

    public RollupContract Rollup => new(Client, Deployment.Rollup);

    public RegistryContract Registry => new(Client, Deployment.Registry);

    public TcbRegistryContract TcbRegistry => new(Client, Deployment.TcbRegistry!.Value);

    public QuoteChallengesContract Challenges => new(Client, Deployment.QuoteChallenges!.Value);

    public CreditsContract Credits => new(Client, Deployment.Credits);

    public static async Task<ChainWorld> StartAsync(CancellationToken cancellationToken)
    {
        ChainWorld world = new(await AnvilProcess.StartAsync());
        try
        {
            await world.DeployAsync(cancellationToken);
            await world.AdvanceAsync(EpochsBefore * Parameters.EpochSeconds, cancellationToken);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public async Task<ulong> NowAsync(CancellationToken cancellationToken)
    {
        ulong block = (await Client.GetBlockAsync(BlockTag.Latest, cancellationToken))!.Timestamp;
        return Math.Max(block, (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    public async Task AdvanceAsync(ulong seconds, CancellationToken cancellationToken)
    {
        await Rpc.CallAsync("evm_increaseTime", [(int)seconds], cancellationToken);
        await Rpc.CallAsync("evm_mine", [], cancellationToken);
    }

    public BatchingOptions Options(HttpMessageHandler? handler = null) => new()
    {
        Key = Sequencer,
        ChainEndpoint = Anvil.Endpoint,
        Deployment = Deployment,
        VocabularySizes = new Dictionary<Bytes32, uint> { [ModelId] = VocabularySize },
        AllowSimulatedTee = true,
        SimulatedRoot = Pki.Root,
        Collateral = new HeldCollateral(Pki.Collateral(TimeProvider.System.GetUtcNow())),
        Limits = new BatchLimits { MaxAge = TimeSpan.Zero },
        Poll = TimeSpan.FromMilliseconds(20),
        PostingAllowance = TimeSpan.FromSeconds(10),
        FinalBlock = BlockTag.Latest,
        Transactions = new TransactionSenderOptions { ReceiptPoll = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(10) },
        ChainCalls = new JsonRpcOptions { MaxAttempts = 1, Timeout = TimeSpan.FromSeconds(5) },
        ChainHandler = handler,
    };

    public async Task<TransactionReceipt> SendAsync(
        PrivateKey from, Contract to, byte[] data, UInt128 value, CancellationToken cancellationToken)
    {
        using TransactionSender sender = new(Client, from, AnvilProcess.ChainId, Options().Transactions);
        TransactionOutcome outcome = await sender.SendAsync(
            new TransactionRequest { Id = "world", To = to.Address, Data = data, Value = value }, cancellationToken);
        return outcome.IsSuccess
            ? outcome.Receipt
            : throw new InvalidOperationException($"{outcome.Status}: {ContractError.Describe(outcome.RevertData.Span)} {outcome.Message}");
    }

    public async ValueTask DisposeAsync()
    {
        Quotes.Dispose();
        Pki.Dispose();
        _rpc.Dispose();
        await Anvil.DisposeAsync();
    }

    private async Task DeployAsync(CancellationToken cancellationToken)
    {
        TransactionSenderOptions quick = new() { ReceiptPoll = TimeSpan.FromMilliseconds(20) };
        using (TransactionSender sender = new(Client, Sequencer, AnvilProcess.ChainId, quick))
        {
            Deployment = await new RollupDeployer(Client, sender)
                .DeployAsync(
                    Parameters, ModuleTerms.For(Parameters) with { Quotes = Terms }, SimulatedPolicy.Of(Pki, Quotes.Measurements), Sequencer.Address, Sequencer.Address, cancellationToken);
        }

        RegistryContract registry = new(Client, Deployment.Registry);
        byte[] list = registry.ListModel(s_config, Keccak256.Hash("weights"u8), Keccak256.Hash("tokenizer"u8), 1);
        ModelId = (Bytes32)Event(await SendAsync(Sequencer, registry, list, Parameters.ModelBond, cancellationToken), "ModelListed").Values["modelId"];
        await SendAsync(Sequencer, registry, registry.RegisterPoster(Sequencer.Address), Parameters.MinPosterStake, cancellationToken);
        Slots = [await RegisterAsync(registry, 0, cancellationToken), await RegisterAsync(registry, 1, cancellationToken)];
        foreach (PrivateKey user in Users)
            await SendAsync(user, Credits, Credits.Deposit(user.Address), Deposit, cancellationToken);
    }

    private async Task<Slot> RegisterAsync(RegistryContract registry, int i, CancellationToken cancellationToken)
    {
        PrivateKey host = Hosts[i];
        byte[] open = registry.RegisterSlot(ModelId, (uint)i * 2, 2, host.Address);
        TransactionReceipt registered = await SendAsync(host, registry, open, Parameters.MinSlotStake, cancellationToken);
        uint slotId = (uint)(ulong)Event(registered, "SlotRegistered").Values["slotId"];
        await SendAsync(host, registry, registry.BeginRegistration(slotId), 0, cancellationToken);
        (Bytes32 nonce, _) = await registry.GetRegistrationNonceAsync(slotId, BlockTag.Latest, cancellationToken);
        byte[] reportData = ReportData.ForRegistration(Domain, slotId, host.Address, nonce, Enclaves[i].Address, EncryptionKeys[i]);
        byte[] quote = await Quotes.GetQuoteAsync(reportData, cancellationToken);
        byte[] evidence = TdxEvidence.Create(quote);
        await SendAsync(host, registry, registry.Register(slotId, Enclaves[i].Address, EncryptionKeys[i], evidence), 0, cancellationToken);
        return (await registry.GetSlotAsync(slotId, BlockTag.Latest, cancellationToken))!.Slot;
    }

    private static ContractEvent Event(TransactionReceipt receipt, string name) =>
        receipt.Logs.Select(ContractEvent.Decode).Single(e => e?.Name == name)!;
}
