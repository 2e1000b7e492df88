using System.Collections.Immutable;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Faults;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Tests.Support;
using TeeTee.Rollup.Verification;

namespace TeeTee.RollupContracts.Tests.Faults;

/// <summary>
/// A deployment on a real node whose slots, keys and model are those of a <see cref="World"/>. The chain's clock is set by hand: batches are
/// posted in the second that the world's drafts are made for.
/// </summary>
public sealed class FaultChain : IAsyncLifetime
{
    /// <summary>Slot that serves another model, and slot whose layers leave a gap; both with a key of their own.</summary>
    public const uint OtherModelSlot = 3;

    public const uint GapSlot = 4;

    private const ulong PosterStake = 1_000_000_000;

    private static readonly ModelConfig s_config = new(1, 1000, 64, 128, 4, 4, 2, 16, 16, 8192, 0x3727C5AC, 0x3E800000, 0, true);
    private static readonly PrivateKey s_funder = PrivateKey.Parse(AnvilProcess.Keys[0]);
    private static readonly PrivateKey s_host = PrivateKey.Parse(AnvilProcess.Keys[1]);

    private readonly CancellationTokenSource _bound = new(TimeSpan.FromMinutes(5));
    private readonly SimulatedPki _pki = SimulatedPki.Create(new FixedTime());
    private readonly List<SlotKey> _keys = [];
    private readonly List<Slot> _slots = [];
    private SimulatedQuoteSource _machine = null!;
    private AnvilProcess _anvil = null!;
    private JsonRpcClient _rpc = null!;
    private Deployment _deployment = null!;
    private RegistryContract _registry = null!;
    private CreditsContract _credits = null!;
    private RollupContract _rollup = null!;
    private ModelLimits _model = null!;
    private int _sent;

    /// <summary>Windows that a slow machine does not run out of: the chain's clock goes on with the wall's.</summary>
    internal static RollupParameters Parameters { get; } = TestParameters.Ordinary with
    {
        Window = 1_800,
        DataWindow = 600,
        ResponseWindow = 600,
        ComputeWindow = 600,
        DisputeHorizon = 1_000,
        WithdrawalDelay = 1_900,
        ExitDelay = 3_000,
        ModuleDelay = 1_901,
    };

    internal static PrivateKey OtherKey { get; } = PrivateKey.Parse(AnvilProcess.Keys[3]);

    internal static PrivateKey GapKey { get; } = PrivateKey.Parse(AnvilProcess.Keys[4]);

    internal EthereumClient Client { get; private set; } = null!;

    internal SequencerFaultsContract Faults { get; private set; } = null!;

    internal DataChallengesContract Data { get; private set; } = null!;

    internal AnswerChallengesContract Answers { get; private set; } = null!;

    internal WeightChallengesContract Weights { get; private set; } = null!;

    internal CompensationsContract Compensations { get; private set; } = null!;

    internal Bytes32 ModelId => _model.ModelId;

    internal static ModelConfig Shape => s_config;

    internal SlotKey KeyOf(uint slot) => _keys[(int)slot - 1];

    private CancellationToken Bound => _bound.Token;

    public async Task InitializeAsync()
    {
        _machine = new SimulatedQuoteSource(_pki, SimulatedMeasurements.Of("test", "test"));
        _anvil = await AnvilProcess.StartAsync("--timestamp", $"{World.PostedAt - 5_000}");
        _rpc = new JsonRpcClient(_anvil.Endpoint);
        Client = new EthereumClient(_rpc);
        foreach (PrivateKey poor in (PrivateKey[])[World.Sequencer, World.User, World.Stranger])
            await _rpc.CallAsync("anvil_setBalance", [poor.Address, "0x56BC75E2D63100000"], Bound);
        using TransactionSender deployer = new(Client, s_funder, AnvilProcess.ChainId);
        _deployment = await new RollupDeployer(Client, deployer).DeployAsync(
            Parameters, ModuleTerms.For(Parameters), Policy(), s_funder.Address, World.Sequencer.Address, Bound);
        (_registry, _credits, _rollup) = (
            new RegistryContract(Client, _deployment.Registry), new CreditsContract(Client, _deployment.Credits), new RollupContract(Client, _deployment.Rollup));
        Faults = new SequencerFaultsContract(Client, _deployment.SequencerFaults!.Value);
        Data = new DataChallengesContract(Client, _deployment.DataChallenges!.Value);
        Answers = new AnswerChallengesContract(Client, _deployment.AnswerChallenges!.Value);
        Weights = new WeightChallengesContract(Client, _deployment.WeightChallenges!.Value);
        Compensations = new CompensationsContract(Client, await Faults.GetCompensationsAsync(BlockTag.Latest, Bound));
        await RegisterAsync();
    }

    public async Task DisposeAsync()
    {
        _rpc.Dispose();
        await _anvil.DisposeAsync();
        _machine.Dispose();
        _pki.Dispose();
        _bound.Dispose();
    }

    /// <summary>A world as the chain holds it.</summary>
    internal async Task<World> NewWorldAsync()
    {
        SnapshotNeeds needs = new([_model.ModelId], [1, 2, OtherModelSlot, GapSlot], [World.User.Address], []);
        return new World(_deployment.Domain(), _model, _slots.Take(2), _keys.Take(2), Parameters.SequencerShareBps)
        {
            SessionGraceSeconds = Parameters.WithdrawalMargin,
            View = await Reader().ReadAsync(needs, World.PostedAt, BlockTag.Latest, Bound),
        };
    }

    internal async Task<string> SnapshotAsync() => (await _rpc.CallAsync("evm_snapshot", [], Bound)).GetString()!;

    internal Task RevertAsync(string snapshot) => _rpc.CallAsync("evm_revert", [snapshot], Bound);

    /// <summary>Posts a batch in the world's second, on whatever stands before.</summary>
    internal async Task<PostedBatchRef> PostAsync(BatchHeader header, ulong time = World.PostedAt)
    {
        PostedBatch head = await _rollup.GetHeadAsync(BlockTag.Latest, Bound);
        ulong index = await _rollup.GetNextIndexAsync(BlockTag.Latest, Bound);
        await _rpc.CallAsync("evm_setNextBlockTimestamp", [time], Bound);
        await MustAsync(World.Sequencer, _rollup, _rollup.PostBatch(index, head.BatchHash, header));
        return new PostedBatchRef(index, BatchHash.Of(_deployment.Domain(), index, head.BatchHash, header), header);
    }

    /// <summary>The context in which a posted batch is judged, by the chain's own word.</summary>
    internal async Task<BatchContext> ContextAsync(World world, BatchData data)
    {
        SnapshotNeeds needs = SnapshotNeeds.Of(data, _deployment.Domain(), Secp256k1Recovery.Instance);
        return world.Context(data.Quotes.Length) with { View = await Reader().ReadAsync(needs, World.PostedAt, BlockTag.Latest, Bound) };
    }

    internal static DisputeModel? Config(Bytes32 modelId) => new(
        s_config.Architecture, s_config.VocabularySize, s_config.EmbeddingLength, s_config.FeedForwardLength, s_config.LayerCount, s_config.HeadCount,
        s_config.KvHeadCount, s_config.HeadDimension, s_config.RopeDimensions, s_config.ContextLength, s_config.RmsEpsilonBits, s_config.AttentionScaleBits,
        s_config.RopePairing, s_config.TiedOutput);

    /// <summary>Sends a call by a stranger.</summary>
    internal async Task<TransactionOutcome> SendAsync(Contract to, byte[] data, UInt128 value = default) => await SendAsync(World.Stranger, to, data, value);

    internal Task<BatchStatus> StatusAsync(PostedBatchRef batch) => _rollup.GetStatusAsync(batch.Index, BlockTag.Latest, Bound);

    internal async Task<bool> IsSuspendedAsync() => (await _registry.GetModelAsync(_model.ModelId, BlockTag.Latest, Bound))!.IsSuspended;

    internal Task<UInt128> StakeAsync() => _registry.GetStakeAsync(StakeKind.Poster, PosterId(), BlockTag.Latest, Bound);

    internal Task<DataChallenge> ChallengeAsync(ulong id) => Data.GetAsync(id, BlockTag.Latest, Bound);

    internal Task<ulong> CountChallengesAsync() => Data.CountAsync(BlockTag.Latest, Bound);

    internal Task<UInt128> DataBondAsync() => Data.GetBondAsync(World.Sequencer.Address, BlockTag.Latest, Bound);

    internal Task SkipAsync(ulong seconds) => _rpc.CallAsync("evm_increaseTime", [seconds], Bound);

    // The world's second is not the wall clock's: the collateral is made for it.
    private AttestationPolicy Policy() => AttestationPolicy.FromCollateral(
        _pki.Root, _pki.Collateral(new FixedTime().GetUtcNow()), [AttestedImage.Of(register => _machine.Measurements[register])], 0);

    private SnapshotReader Reader() => new(_registry, _credits, id => id == _model.ModelId ? s_config.VocabularySize : null);

    private static Bytes32 PosterId()
    {
        byte[] word = new byte[32];
        World.Sequencer.Address.CopyTo(word.AsSpan(12));
        return new Bytes32(word);
    }

    private async Task RegisterAsync()
    {
        await MustAsync(World.Sequencer, _registry, _registry.RegisterPoster(World.Sequencer.Address), PosterStake);
        _model = (await ListAsync("weights"u8.ToArray())).ToLimits(s_config.VocabularySize);
        Bytes32 other = (await ListAsync("others"u8.ToArray())).ModelId;
        await AddSlotAsync(_model.ModelId, 0, 1, World.ShardKeys[0]);
        await AddSlotAsync(_model.ModelId, 1, 3, World.ShardKeys[1]);
        await AddSlotAsync(other, 1, 3, OtherKey);
        await AddSlotAsync(_model.ModelId, 2, 2, GapKey);
        await MustAsync(World.User, _credits, _credits.Deposit(World.User.Address), 1_000_000);
    }

    private async Task<ListedModel> ListAsync(byte[] weights)
    {
        byte[] data = _registry.ListModel(s_config, Keccak256.Hash(weights), Keccak256.Hash("tokenizer"u8), 1);
        TransactionReceipt receipt = await MustAsync(s_funder, _registry, data, Parameters.ModelBond);
        Bytes32 id = (Bytes32)receipt.Logs.Select(ContractEvent.Decode).Single(e => e?.Name == "ModelListed")!.Values["modelId"];
        return (await _registry.GetModelAsync(id, BlockTag.Latest, Bound))!;
    }

    private async Task AddSlotAsync(Bytes32 modelId, uint firstLayer, uint layers, PrivateKey key)
    {
        await MustAsync(s_host, _registry, _registry.RegisterSlot(modelId, firstLayer, layers, s_host.Address), Parameters.MinSlotStake);
        uint slot = (uint)_slots.Count + 1;
        await MustAsync(s_host, _registry, _registry.BeginRegistration(slot));
        (Bytes32 nonce, _) = await _registry.GetRegistrationNonceAsync(slot, BlockTag.Latest, Bound);
        Bytes32 box = Keccak256.Hash([(byte)slot]);
        byte[] reportData = ReportData.ForRegistration(_deployment.Domain(), slot, s_host.Address, nonce, key.Address, box);
        byte[] evidence = TdxEvidence.Create(await _machine.GetQuoteAsync(reportData, Bound));
        await MustAsync(s_host, _registry, _registry.Register(slot, key.Address, box, evidence));
        _slots.Add((await _registry.GetSlotAsync(slot, BlockTag.Latest, Bound))!.Slot);
        _keys.Add((await _registry.GetKeysAsync(slot, BlockTag.Latest, Bound)).Single());
    }

    private async Task<TransactionReceipt> MustAsync(PrivateKey key, Contract to, byte[] data, UInt128 value = default)
    {
        TransactionOutcome outcome = await SendAsync(key, to, data, value);
        Assert.True(outcome.IsSuccess, $"{outcome.Status}: {ContractError.Describe(outcome.RevertData.Span)} {outcome.Message}");
        return outcome.Receipt!;
    }

    private async Task<TransactionOutcome> SendAsync(PrivateKey key, Contract to, byte[] data, UInt128 value)
    {
        using TransactionSender sender = new(Client, key, AnvilProcess.ChainId);
        return await sender.SendAsync(new TransactionRequest { Id = $"{_sent++}", To = to.Address, Data = data, Value = value }, Bound);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds((long)World.PostedAt - 5_000);
    }
}
