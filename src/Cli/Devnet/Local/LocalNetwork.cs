using System.Net;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Cli.Commands;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.RollupContracts;
using TeeTee.Sequencer;
using TeeTee.Sequencer.Batching;
using TeeTee.ShardNode;
using TeeTee.ShardNode.Chain;
using TeeTee.Verifier;

namespace TeeTee.Cli.Devnet.Local;

/// <summary>
/// A whole network inside this process: the hosts that <c>teetee shard</c>, <c>teetee sequencer</c> and <c>teetee verifier</c> run, over real gRPC,
/// HTTP, SQLite and a real anvil. For trials that switch faults on and off, stop services between two calls, and move time.
/// </summary>
internal sealed class LocalNetwork : IAsyncDisposable
{
    private static readonly TransactionSenderOptions s_sending = new() { ReceiptPoll = TimeSpan.FromMilliseconds(50) };

    private readonly LocalNetworkOptions _options;
    private readonly ShardNodeHost?[] _shards;
    private readonly int[] _ports;
    private readonly LayerRange[] _ranges;

    private LocalNetwork(LocalNetworkOptions options, ModelListing model, LocalChain chain, DevnetFolder folder)
    {
        (_options, Model, Chain, Folder) = (options, model, chain, folder);
        _shards = new ShardNodeHost?[options.Devnet.Shards];
        _ports = new int[options.Devnet.Shards];
        _ranges = LayerRange.Split(model.Layers, options.Devnet.Shards);
        Keys = DevnetKeys.LoadOrCreate(folder, options.Devnet.Shards);
    }

    /// <summary>The chain.</summary>
    public LocalChain Chain { get; }

    /// <summary>Where everything is kept.</summary>
    public DevnetFolder Folder { get; }

    /// <summary>The keys of all roles.</summary>
    public DevnetKeys Keys { get; }

    /// <summary>The model that is served.</summary>
    public ModelListing Model { get; }

    /// <summary>Its file.</summary>
    public string ModelPath => _options.Devnet.ModelPath;

    /// <summary>The contracts.</summary>
    public Deployment Deployment { get; private set; } = null!;

    /// <summary>The sequencer.</summary>
    public SequencerHost Sequencer { get; private set; } = null!;

    /// <summary>The verifier, or null while it is stopped.</summary>
    public VerifierHost? Verifier { get; private set; }

    /// <summary>The shards in layer order; null where one is stopped.</summary>
    public IReadOnlyList<ShardNodeHost?> Shards => _shards;

    /// <summary>Starts everything and returns when the sequencer offers the model.</summary>
    /// <exception cref="FailureException">A part does not come up; everything that was started is stopped.</exception>
    public static async Task<LocalNetwork> StartAsync(LocalNetworkOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        DevnetFolder folder = new(options.Devnet.StateFolder);
        Directory.CreateDirectory(folder.Root);
        ModelListing model = ModelListing.Read(options.Devnet.ModelPath, cancellationToken);
        progress("starting the chain");
        LocalChain chain = await LocalChain.StartAsync(folder, progress, cancellationToken).ConfigureAwait(false);
        LocalNetwork network = new(options, model, chain, folder);
        try
        {
            await network.StartAsync(progress, cancellationToken).ConfigureAwait(false);
            return network;
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts a shard; one that ran before comes back with its state on its port.</summary>
    public async Task StartShardAsync(int index, CancellationToken cancellationToken)
    {
        ShardNodeHost shard = await ShardNodeHost.StartAsync(_options.Shard(index, ShardOptions(index)), cancellationToken).ConfigureAwait(false);
        (_shards[index], _ports[index]) = (shard, shard.Address.Port);
    }

    /// <summary>Stops a shard without waiting for its jobs.</summary>
    public async Task StopShardAsync(int index)
    {
        if (_shards[index] is { } shard)
            await shard.DisposeAsync().ConfigureAwait(false);
        _shards[index] = null;
    }

    /// <summary>Starts the verifier on what its state files hold.</summary>
    /// <param name="change">Applied after the network's own change.</param>
    public async Task StartVerifierAsync(Func<VerifierOptions, VerifierOptions>? change, CancellationToken cancellationToken)
    {
        VerifierOptions options = _options.Verifier(VerifierOptions());
        Verifier = await VerifierHost.StartAsync(change?.Invoke(options) ?? options, Chain.Clock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the verifier where it is.</summary>
    public async Task StopVerifierAsync()
    {
        if (Verifier is { } verifier)
            await verifier.DisposeAsync().ConfigureAwait(false);
        Verifier = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopVerifierAsync().ConfigureAwait(false);
        if (Sequencer is not null)
            await Sequencer.DisposeAsync().ConfigureAwait(false);
        for (int i = 0; i < _shards.Length; i++)
            await StopShardAsync(i).ConfigureAwait(false);
        await Chain.DisposeAsync().ConfigureAwait(false);
    }

    private async Task StartAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        progress("deploying the contracts, listing the model, depositing credit");
        using (DevnetChain chain = new(Chain.Client, _options.Devnet, Folder, Keys))
            Deployment = await chain.PrepareAsync(Model, cancellationToken).ConfigureAwait(false);
        SimulatedPki.LoadOrCreate(Folder.SimulatedPki, TimeProvider.System).Dispose();
        DevnetPolicy.Write(Folder.Policy);
        progress($"starting {_shards.Length} shards, the sequencer and the verifier");
        await Task.WhenAll(Enumerable.Range(0, _shards.Length).Select(i => StartShardAsync(i, cancellationToken))).ConfigureAwait(false);
        Sequencer = await SequencerHost.StartAsync(_options.Sequencer(SequencerOptions()), cancellationToken).ConfigureAwait(false);
        await StartVerifierAsync(null, cancellationToken).ConfigureAwait(false);
    }

    private ShardNodeOptions ShardOptions(int index) => new()
    {
        ModelPath = ModelPath,
        FirstLayer = _ranges[index].First,
        LayerCount = _ranges[index].Count,
        ChainId = Deployment.ChainId,
        Rollup = Deployment.Rollup,
        Operator = Keys.Operators[index].Address,
        ChainEndpoint = Chain.Address,
        StateFolder = Folder.Service($"shard-{index}"),
        Listen = new IPEndPoint(IPAddress.Loopback, _ports[index]),
        Threads = 1,
        SimulatorFolder = Folder.SimulatedPki,
        TrustedRoot = ServiceSettings.TrustedRoot(Folder.TrustedRoot),
        Collateral = CollateralFile.Open(Folder.Collateral),
        QuotePolicy = SettingFiles.LoadPolicy(Folder.Policy) with { AllowSimulated = true },
        Registration = new SlotRegistrationOptions { OperatorKeyFile = Folder.Key(DevnetKeys.OperatorRole(index)), Stake = _options.SlotStake },
        DrainTimeout = TimeSpan.Zero,
        Clock = Chain.Clock,
        ConfigureLogging = Logging($"shard-{index}"),
    };

    private SequencerOptions SequencerOptions() => new()
    {
        Key = Keys.Sequencer,
        ChainEndpoint = Chain.Address,
        Deployment = Deployment,
        DatabasePath = Path.Combine(Folder.Service("sequencer"), "sequencer.db"),
        Models = [new ModelOffer(Model.Name, Model.Identity.ModelId, _options.Devnet.PromptPrice, _options.Devnet.OutputPrice, Model.Config.VocabularySize)],
        Shards = [.. _shards.Select(shard => new ShardEndpoint(new Uri(shard!.Address.GetLeftPart(UriPartial.Authority))))],
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Times = new JobTimes { GiveUpAfter = TimeSpan.FromSeconds(20), ShardCheckInterval = TimeSpan.FromMilliseconds(300), RegistryAge = TimeSpan.FromSeconds(1), CreditAge = TimeSpan.Zero },
        AllowSimulatedTee = true,
        TrustedRoot = ServiceSettings.TrustedRoot(Folder.TrustedRoot),
        Collateral = CollateralFile.Open(Folder.Collateral),
        QuotePolicy = SettingFiles.LoadPolicy(Folder.Policy) with { AllowSimulated = true },
        CreditBlock = BlockTag.Latest,
        Batching = Batching(),
        Clock = Chain.Clock,
        ConfigureLogging = Logging("sequencer"),
    };

    private BatchingOptions Batching() => new()
    {
        Key = Keys.Sequencer,
        ChainEndpoint = Chain.Address,
        Deployment = Deployment,
        AllowSimulatedTee = true,
        SimulatedRoot = ServiceSettings.TrustedRoot(Folder.TrustedRoot),
        Collateral = CollateralFile.Open(Folder.Collateral),
        QuotePolicy = SettingFiles.LoadPolicy(Folder.Policy),
        Limits = new BatchLimits { MaxAge = TimeSpan.FromSeconds(_options.Devnet.BatchSeconds) },
        Poll = TimeSpan.FromMilliseconds(100),
        ChallengePoll = TimeSpan.FromMilliseconds(200),
        AnswerRetry = TimeSpan.FromSeconds(1),
        FinalBlock = BlockTag.Latest,
        Transactions = s_sending,
        ClaimForEveryone = true,
        Clock = Chain.Clock,
    };

    private VerifierOptions VerifierOptions() => new()
    {
        ChainUrls = [Chain.Address],
        Deployment = Deployment,
        DataUrls = [Sequencer.Address],
        ModelFiles = [ModelPath],
        Tag = BlockTag.Latest,
        SampleRate = 1,
        QuoteRoot = ServiceSettings.TrustedRoot(Folder.TrustedRoot),
        Collateral = CollateralFile.Open(Folder.Collateral),
        QuotePolicy = SettingFiles.LoadPolicy(Folder.Policy),
        AllowSimulated = true,
        AuditKeyFile = Folder.AuditKey,
        EvidenceFolder = Path.Combine(Folder.Service("verifier"), "evidence"),
        StateFile = Path.Combine(Folder.Service("verifier"), "verifier.json"),
        PollSeconds = 0.1,
        DataAttempts = 2,
        Threads = 1,
        ConfigureLogging = Logging("verifier"),
    };

    private Action<ILoggingBuilder> Logging(string service)
    {
        if (!_options.Log)
            return builder => builder.ClearProviders();
        string path = Folder.Log(service);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return builder => builder.ClearProviders().AddProvider(new LogFile(path));
    }
}
