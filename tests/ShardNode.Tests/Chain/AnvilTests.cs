using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Tests.Support;
using ContractModel = TeeTee.RollupContracts.ModelConfig;

namespace TeeTee.ShardNode.Tests.Chain;

/// <summary>Registration and the chain view against the real contracts on a real node.</summary>
public sealed class AnvilTests : IDisposable
{
    private static readonly PrivateKey s_owner = PrivateKey.Parse(AnvilProcess.Keys[0]);
    private static readonly PrivateKey s_host = PrivateKey.Parse(AnvilProcess.Keys[1]);
    private static readonly PrivateKey s_user = PrivateKey.Parse(AnvilProcess.Keys[2]);

    private static readonly RollupParameters s_parameters = new()
    {
        EpochSeconds = 10,
        Window = 60,
        DataWindow = 20,
        ResponseWindow = 20,
        ComputeWindow = 20,
        DisputeHorizon = 100,
        PostBeforeHorizon = 40,
        WithdrawalDelay = 80,
        WithdrawalMargin = 15,
        ExitDelay = 200,
        ModuleDelay = 81,
        TakeoverDelay = 50,
        NonceTtl = 600,
        MaxKeyValidity = 10_000,
        SequencerShareBps = 1_000,
        MinSlotStake = 1_000,
        MinPosterStake = 1_000,
        ModelBond = 500,
        DevParameters = true,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-anvil-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task StartAsync_WithRegistration_OpensSlotAndRegistersTheKeyOnce()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        using JsonRpcClient rpc = new(anvil.Endpoint);
        EthereumClient client = new(rpc);
        ShardNodeOptions options = Options(anvil);
        Deployment deployment = await DeployAsync(client, options);
        options = options with { Rollup = deployment.Rollup };
        ContractChainView view = new(client, deployment.Rollup, TimeProvider.System);

        await using (ShardNodeHost host = await ShardNodeHost.StartAsync(options, CancellationToken.None).Bound())
        {
            Slot? slot = await view.GetSlotAsync(host.SlotId, CancellationToken.None).Bound();
            SlotKey key = Assert.Single(await view.GetKeysAsync(host.SlotId, CancellationToken.None).Bound());
            Assert.Equal(new Slot(host.SlotId, s_host.Address, TestModel.Id, 0, TestModel.Layers), slot);
            Assert.Equal((host.SigningKey, host.EncryptionKey), (key.SigningKey, key.EncryptionKey));
            Assert.True(await host.Services.Watch.CheckAsync(CancellationToken.None).Bound());
        }
        ulong nonce = await client.GetTransactionCountAsync(s_host.Address, BlockTag.Latest, CancellationToken.None);
        await using (ShardNodeHost again = await ShardNodeHost.StartAsync(options, CancellationToken.None).Bound())
            Assert.Equal(nonce, await client.GetTransactionCountAsync(s_host.Address, BlockTag.Latest, CancellationToken.None));
        await AssertSessionsAsync(client, deployment, view);
        FailureException wrong = await Assert.ThrowsAsync<FailureException>(
            () => ShardNodeHost.StartAsync(options with { ChainId = 5 }, CancellationToken.None).Bound());
        Assert.Equal("wrong_chain", wrong.Code);
    }

    private static async Task AssertSessionsAsync(EthereumClient client, Deployment deployment, ContractChainView view)
    {
        Address session = PrivateKey.Generate().Address;
        ulong later = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1_000;
        Assert.Null(await view.GetSessionAsync(s_user.Address, s_owner.Address, CancellationToken.None).Bound());
        using TransactionSender user = new(client, s_user, AnvilProcess.ChainId);
        CreditsContract credits = new(client, deployment.Credits);
        await SendAsync(user, credits.Address, credits.AuthorizeSession(session, 77, later), 0);

        var grant = await view.GetSessionAsync(s_user.Address, session, CancellationToken.None).Bound();

        Assert.Equal(((UInt128)77, later, 0ul), (grant!.Cap, grant.ExpiresAt, grant.RevokedAt));
        ContractChainView dead = new(new EthereumClient(new JsonRpcClient(new Uri("http://127.0.0.1:1/"), new JsonRpcOptions { MaxAttempts = 1 })), deployment.Rollup, TimeProvider.System);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => dead.GetSessionAsync(s_user.Address, session, CancellationToken.None).Bound());
    }

    private async Task<Deployment> DeployAsync(EthereumClient client, ShardNodeOptions options)
    {
        using SimulatedPki pki = SimulatedPki.LoadOrCreate(options.SimulatorFolder!, TimeProvider.System);
        AttestationPolicy policy = SimulatedPolicy.Of(pki, SimulatedMeasurements.Of(options.SimulatedImage, options.SimulatedCompose));
        using TransactionSender owner = new(client, s_owner, AnvilProcess.ChainId);
        Deployment deployment = await new RollupDeployer(client, owner)
            .DeployAsync(s_parameters, ChallengeTerms.For(s_parameters), policy, s_owner.Address, s_owner.Address, CancellationToken.None).Bound();
        RegistryContract registry = new(client, deployment.Registry);
        using CanonicalModel model = CanonicalModel.Import(TestModel.Path);
        ModelIdentity identity = model.ComputeIdentity(null, CancellationToken.None);
        byte[] listing = registry.ListModel(ConfigOf(model.Config), identity.WeightsRoot, identity.TokenizerHash, ModelIdentity.ArithmeticVersion);
        await SendAsync(owner, registry.Address, listing, s_parameters.ModelBond);
        return deployment;
    }

    private static ContractModel ConfigOf(Inference.Models.ModelConfig c) => new(
        1, (uint)c.VocabularySize, (uint)c.EmbeddingLength, (uint)c.FeedForwardLength, (uint)c.LayerCount, (uint)c.HeadCount, (uint)c.KvHeadCount,
        (uint)c.HeadDimension, (uint)c.RopeDimensions, (uint)c.ContextLength, c.RmsEpsilonBits, c.AttentionScaleBits, (uint)c.RopePairing, c.TiedOutput);

    private static async Task SendAsync(TransactionSender sender, Address to, byte[] data, UInt128 value)
    {
        TransactionRequest request = new() { Id = "test", To = to, Data = data, Value = value };
        _ = (await sender.SendAsync(request, CancellationToken.None).Bound()).Require();
    }

    private ShardNodeOptions Options(AnvilProcess anvil)
    {
        string hostKey = Path.Combine(_folder, "host.key");
        KeyFile.CreateHex(hostKey, s_host);
        return new ShardNodeOptions
        {
            ModelPath = TestModel.Path,
            FirstLayer = 0,
            LayerCount = TestModel.Layers,
            ChainId = AnvilProcess.ChainId,
            Rollup = Address.Zero,
            Operator = s_host.Address,
            ChainEndpoint = anvil.Endpoint,
            StateFolder = Path.Combine(_folder, "state"),
            SimulatorFolder = Path.Combine(_folder, "simulator"),
            Threads = 1,
            Registration = new SlotRegistrationOptions { OperatorKeyFile = hostKey },
        };
    }
}
