using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Chain;
using ContractModel = TeeTee.RollupContracts.ModelConfig;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>The real contracts on a real node, with the model listed, and a shard's options for them.</summary>
internal sealed class AnvilWorld : IAsyncDisposable
{
    public static PrivateKey Owner { get; } = PrivateKey.Parse(AnvilProcess.Keys[0]);
    public static PrivateKey Host { get; } = PrivateKey.Parse(AnvilProcess.Keys[1]);
    public static PrivateKey User { get; } = PrivateKey.Parse(AnvilProcess.Keys[2]);

    public static RollupParameters Parameters { get; } = TestParameters.Ordinary;

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-anvil-").FullName;
    private readonly AnvilProcess _anvil;
    private readonly JsonRpcClient _rpc;

    private AnvilWorld(AnvilProcess anvil)
    {
        (_anvil, _rpc) = (anvil, new JsonRpcClient(anvil.Endpoint));
        Client = new EthereumClient(_rpc);
    }

    public EthereumClient Client { get; }

    public Deployment Deployment { get; private set; } = null!;

    /// <summary>Of a shard that registers itself.</summary>
    public ShardNodeOptions Options { get; private set; } = null!;

    public ContractChainView View { get; private set; } = null!;

    /// <param name="terms">Terms of disputes; ordinary ones if null.</param>
    public static async Task<AnvilWorld> StartAsync(ModuleTerms? terms = null)
    {
        AnvilWorld world = new(await AnvilProcess.StartAsync());
        ShardNodeOptions options = world.OptionsOf();
        world.Deployment = await world.DeployAsync(options, terms ?? ModuleTerms.For(Parameters));
        world.Options = options with { Rollup = world.Deployment.Rollup };
        world.View = new ContractChainView(world.Client, world.Deployment.Rollup, TimeProvider.System);
        return world;
    }

    /// <summary>Lets the chain's time pass.</summary>
    public async Task PassAsync(int seconds)
    {
        await _rpc.CallAsync("evm_increaseTime", [seconds], CancellationToken.None);
        await _rpc.CallAsync("evm_mine", [], CancellationToken.None);
    }

    /// <summary>Gives an account other code, none included.</summary>
    public Task SetCodeAsync(Address account, byte[] code) => _rpc.CallAsync("anvil_setCode", [account.ToString(), Hex.Encode(code)], CancellationToken.None);

    /// <summary>Transactions that the shard's operator has sent.</summary>
    public Task<ulong> SentByHostAsync() => Client.GetTransactionCountAsync(Host.Address, BlockTag.Latest, CancellationToken.None);

    public async Task SendAsync(PrivateKey from, Address to, byte[] data, UInt128 value = default)
    {
        using TransactionSender sender = new(Client, from, AnvilProcess.ChainId);
        await SendAsync(sender, to, data, value);
    }

    public async ValueTask DisposeAsync()
    {
        _rpc.Dispose();
        await _anvil.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Deployment> DeployAsync(ShardNodeOptions options, ModuleTerms terms)
    {
        using SimulatedPki pki = SimulatedPki.LoadOrCreate(options.SimulatorFolder!, TimeProvider.System);
        AttestationPolicy policy = SimulatedPolicy.Of(pki, SimulatedMeasurements.Of(options.SimulatedImage, options.SimulatedCompose));
        using TransactionSender owner = new(Client, Owner, AnvilProcess.ChainId);
        Deployment deployment = await new RollupDeployer(Client, owner)
            .DeployAsync(Parameters, terms, policy, Owner.Address, Owner.Address, CancellationToken.None).Bound();
        RegistryContract registry = new(Client, deployment.Registry);
        using CanonicalModel model = CanonicalModel.Import(TestModel.Path);
        ModelIdentity identity = model.ComputeIdentity(CancellationToken.None);
        byte[] listing = registry.ListModel(ConfigOf(model.Config), identity.WeightsRoot, identity.TokenizerHash, ModelIdentity.ArithmeticVersion);
        await SendAsync(owner, registry.Address, listing, Parameters.ModelBond);
        return deployment;
    }

    private static ContractModel ConfigOf(Inference.Models.ModelConfig c) => new(
        (uint)c.Architecture, (uint)c.VocabularySize, (uint)c.EmbeddingLength, (uint)c.FeedForwardLength, (uint)c.LayerCount, (uint)c.HeadCount, (uint)c.KvHeadCount,
        (uint)c.HeadDimension, (uint)c.RopeDimensions, (uint)c.ContextLength, c.RmsEpsilonBits, c.AttentionScaleBits, (uint)c.RopePairing, c.TiedOutput);

    private static async Task SendAsync(TransactionSender sender, Address to, byte[] data, UInt128 value)
    {
        TransactionRequest request = new() { Id = "test", To = to, Data = data, Value = value };
        _ = (await sender.SendAsync(request, CancellationToken.None).Bound()).Require();
    }

    private ShardNodeOptions OptionsOf()
    {
        string hostKey = Path.Combine(_folder, "host.key");
        KeyFile.CreateHex(hostKey, Host);
        return new ShardNodeOptions
        {
            ModelPath = TestModel.Path,
            FirstLayer = 0,
            LayerCount = TestModel.Layers,
            ChainId = AnvilProcess.ChainId,
            Rollup = Address.Zero,
            Operator = Host.Address,
            ChainEndpoint = _anvil.Endpoint,
            StateFolder = Path.Combine(_folder, "state"),
            SimulatorFolder = Path.Combine(_folder, "simulator"),
            Threads = 1,
            Registration = new SlotRegistrationOptions { OperatorKeyFile = hostKey },
        };
    }
}
