using System.CommandLine;
using System.Globalization;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Devnet;
using TeeTee.Ethereum;
using TeeTee.Gateway.OpenAi;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Disputes;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Disputes;
using TeeTee.ShardNode.Defence;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee sequencer</c>: takes jobs, runs them on shards, posts batches; with the gateway on the same port.</summary>
internal sealed class SequencerCommand
{
    private readonly ServiceSettings _service;
    private readonly Option<string> _key;
    private readonly Option<string?> _keyPassword;
    private readonly Option<string> _model;
    private readonly ModelCacheSettings _cache;
    private readonly Option<string> _shards;
    private readonly Option<string> _promptPrice;
    private readonly Option<string> _outputPrice;
    private readonly Option<double> _batchSeconds;
    private readonly Option<int> _batchReceipts;
    private readonly Option<string?> _apiKeys;
    private readonly Option<string?> _trustedRoot;
    private readonly Option<string?> _collateral;
    private readonly Option<string?> _policy;
    private readonly TeeSettings _tee;
    private readonly Option<bool> _plainLinks;
    private readonly Option<string> _claim;
    private readonly Option<double> _giveUpSeconds;
    private readonly Option<string?> _defend;
    private readonly DefenceSettings _defence;
    private readonly FaultSettings _faults;

    private SequencerCommand(Settings settings)
    {
        _service = new ServiceSettings(settings, "sequencer", "127.0.0.1:8550");
        _key = settings.Required<string>("--key", "Key file of the sequencer: signs answers, posts batches.");
        _keyPassword = settings.Optional<string>("--key-password-file", "Password of an encrypted key.");
        _model = settings.Required<string>("--model", "GGUF file of the model on offer (for its identity and the gateway's tokenizer).");
        _cache = new ModelCacheSettings(settings);
        _shards = settings.Required<string>("--shards", "Addresses of the shards (https), with commas.");
        _promptPrice = settings.Option("--prompt-price", "Wei per prompt token.", "1000000000");
        _outputPrice = settings.Option("--output-price", "Wei per output token.", "3000000000");
        _batchSeconds = settings.Option("--batch-seconds", "Oldest age of a receipt that waits for a batch.", 60.0);
        _batchReceipts = settings.Option("--batch-receipts", "Most receipts of a batch.", 256);
        _apiKeys = settings.Optional<string>("--api-keys", "API keys of the OpenAI gateway; no gateway if absent.");
        _trustedRoot = settings.Optional<string>("--trusted-root", "Root certificate of quotes; Intel's if absent.");
        _collateral = ServiceSettings.CollateralOption(settings);
        _policy = ServiceSettings.PolicyOption(settings);
        _tee = new TeeSettings(settings);
        _plainLinks = ServiceSettings.PlainLinksFlag(settings);
        _claim = settings.Option("--claim", "own: claim the sequencer's share; all: pay every host its share too; none.", "own");
        _giveUpSeconds = settings.Option("--give-up-seconds", "How long a job waits for lost shards before it is void.", 60.0);
        _defend = settings.Optional<string>("--defend", "Operators who have registered --defender-key as their defender, with commas: their receipts of public jobs are defended in disputes.");
        _defence = new DefenceSettings(settings);
        _faults = new FaultSettings(settings, fault => fault.Sequencer);
    }

    public static Command Create(CommandFactory factory)
    {
        SequencerCommand command = new(factory.Settings);
        return factory.Create("sequencer", "Take jobs, run them on shards, post batches and settle them.",
            [command._key, command._keyPassword, command._model, command._cache.Symbol, command._shards, command._promptPrice, command._outputPrice, command._batchSeconds,
                command._batchReceipts, command._apiKeys, command._trustedRoot, command._collateral, .. command._service.CollateralSymbols, command._policy, .. command._tee.Symbols, command._plainLinks, command._claim, command._giveUpSeconds, command._defend, .. command._defence.Symbols.Skip(1), command._faults.Symbol, .. command._service.Symbols],
            command.RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        Deployment deployment = await _service.DeploymentAsync(parsed, cancellationToken).ConfigureAwait(false);
        string path = parsed.GetValue(_model)!;
        ModelStoreOptions store = _cache.Read(parsed, console);
        using CanonicalModel model = ModelFiles.OpenModel(path, store);
        GatewayModel gateway = ModelFiles.Guard(path, () => GatewayModel.From(model, cancellationToken));
        PrivateKey key = SettingFiles.LoadKey(parsed.GetValue(_key)!, parsed.GetValue(_keyPassword));
        await using CollateralFeed collateral = _service.OpenCollateral(parsed, parsed.GetValue(_collateral), parsed.GetValue(_trustedRoot), console.Log);
        IQuoteSource? quotes = QuoteSource(parsed);
        using IDisposable? owned = quotes as IDisposable;
        SequencerOptions options = Options(parsed, deployment, key, model, store, gateway.ModelId, collateral.Provider) with
        {
            Attestation = new AttestationOptions { QuoteSource = quotes },
            MapEndpoints = application =>
            {
                if (parsed.GetValue(_apiKeys) is { } keys)
                    SequencerGateway.Map(application, gateway, keys);
            },
        };
        await using SequencerHost host = await SequencerHost.StartAsync(options, cancellationToken).ConfigureAwait(false);
        console.Progress($"sequencer {key.Address} listens at {host.Address}");
        await host.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        return ExitCode.Success;
    }

    private SequencerOptions Options(ParseResult parsed, Deployment deployment, PrivateKey key, CanonicalModel model, ModelStoreOptions store, Bytes32 modelId, ICollateralProvider collateral) => new()
    {
        Key = key,
        ChainEndpoint = _service.ChainUrl(parsed),
        Deployment = deployment,
        DatabasePath = Path.Combine(_service.State(parsed), "sequencer.db"),
        Models = [new ModelOffer(model.Config.Name, modelId, Wei(parsed, _promptPrice), Wei(parsed, _outputPrice), (uint)model.Config.VocabularySize)],
        Shards = [.. Shards(parsed).Select(endpoint => new ShardEndpoint(endpoint))],
        Listen = _service.Listen(parsed),
        Times = new JobTimes { GiveUpAfter = TimeSpan.FromSeconds(parsed.GetValue(_giveUpSeconds)), ShardCheckInterval = TimeSpan.FromSeconds(1) },
        AllowSimulatedTee = _service.AllowSimulatedTee(parsed),
        QuotePolicy = _service.Policy(parsed, _policy),
        PlainLinks = _service.PlainLinks(parsed, _plainLinks),
        TrustedRoot = ServiceSettings.TrustedRoot(parsed.GetValue(_trustedRoot)),
        Collateral = collateral,
        Batching = Batching(parsed, deployment, key, collateral) with
        {
            Defence = Defence(parsed, key, modelId, store),
            Weights = new Dictionary<Bytes32, OfferedWeights>
            {
                [modelId] = new(ModelListing.ConfigOf(model.Config), new Lazy<IWeightPages>(() => WeightTree.Build(model, CancellationToken.None))),
            },
        },
        Faults = _faults.Read(parsed, _service.AllowSimulatedTee(parsed)),
        ExitWithParent = _service.ExitWithParent(parsed),
    };

    private BatchingOptions Batching(ParseResult parsed, Deployment deployment, PrivateKey key, ICollateralProvider collateral)
    {
        string claim = parsed.GetValue(_claim)!;
        if (claim is not ("own" or "all" or "none"))
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--claim is '{claim}'; it is own, all or none.");
        bool simulated = _service.AllowSimulatedTee(parsed);
        var root = ServiceSettings.TrustedRoot(parsed.GetValue(_trustedRoot));
        return new BatchingOptions
        {
            Key = key,
            ChainEndpoint = _service.ChainUrl(parsed),
            Deployment = deployment,
            AllowSimulatedTee = simulated,
            SimulatedRoot = simulated && root.IsSimulated ? root : null,
            Collateral = collateral,
            QuotePolicy = _service.Policy(parsed, _policy),
            Limits = new BatchLimits { MaxAge = TimeSpan.FromSeconds(parsed.GetValue(_batchSeconds)), MaxReceipts = parsed.GetValue(_batchReceipts) },
            ClaimOwn = claim != "none",
            ClaimForEveryone = claim == "all",
        };
    }

    private DelegatedDefence? Defence(ParseResult parsed, PrivateKey key, Bytes32 modelId, ModelStoreOptions store)
    {
        if (parsed.GetValue(_defend) is not { } operators)
            return null;
        DefenderOptions defender = _defence.Read(parsed, key, _service.AllowSimulatedTee(parsed))!;
        return defender.Key.Address == key.Address
            ? throw new FailureException(ExitCode.Usage, "bad_setting", $"{_defend.Name} needs --defender-key: an account of its own beside the one that posts.")
            : new DelegatedDefence
            {
                ModelPath = parsed.GetValue(_model)!,
                ModelStore = store,
                ModelId = modelId,
                Operators = [.. operators.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Operator)],
                Defender = defender,
                Folder = _service.State(parsed),
            };
    }

    private Address Operator(string text) => Address.TryParse(text, out Address address)
        ? address
        : throw new FailureException(ExitCode.Usage, "bad_setting", $"{_defend.Name}: '{text}' is no address.");

    // What quotes the sequencer itself, if anything does: nothing depends on it but its ACI attestation.
    private IQuoteSource? QuoteSource(ParseResult parsed)
    {
        if (!_tee.IsGiven(parsed))
            return null;
        (IQuoteSource? hardware, string? folder) = _tee.Open(parsed, _service.AllowSimulatedTee(parsed));
        if (hardware is not null)
            return hardware;
        using SimulatedPki pki = SimulatedPki.LoadOrCreate(folder!, TimeProvider.System);
        return new SimulatedQuoteSource(pki, SimulatedMeasurements.Of("teetee-sequencer", "teetee sequencer"));
    }

    private IEnumerable<Uri> Shards(ParseResult parsed) =>
        parsed.GetValue(_shards)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(url => ServiceSettings.Endpoint(_shards.Name, url));

    private static UInt128 Wei(ParseResult parsed, Option<string> option) =>
        UInt128.TryParse(parsed.GetValue(option), NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 wei)
            ? wei
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"{option.Name}: '{parsed.GetValue(option)}' is no amount of wei.");
}
