using System.CommandLine;
using TeeTee.Attestation.Sources;
using TeeTee.Cli.CommandLine;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.RollupContracts;
using TeeTee.ShardNode;
using TeeTee.ShardNode.Chain;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee shard</c>: one layer range of one model, as a host runs it.</summary>
internal sealed class ShardCommand
{
    private readonly ServiceSettings _service;
    private readonly Option<string> _model;
    private readonly ModelCacheSettings _cache;
    private readonly Option<int> _firstLayer;
    private readonly Option<int> _layers;
    private readonly Option<uint?> _slot;
    private readonly Option<string> _operatorKey;
    private readonly Option<string?> _operatorPassword;
    private readonly Option<bool> _register;
    private readonly Option<string?> _httpListen;
    private readonly TeeSettings _tee;
    private readonly Option<string?> _trustedRoot;
    private readonly Option<string?> _collateral;
    private readonly Option<string?> _policy;
    private readonly Option<bool> _plainLinks;
    private readonly Option<int> _threads;
    private readonly KernelSettings _kernels;
    private readonly DefenceSettings _defence;
    private readonly FaultSettings _faults;

    private ShardCommand(Settings settings)
    {
        _service = new ServiceSettings(settings, "shard", "127.0.0.1:8600");
        _model = settings.Required<string>("--model", "GGUF file of the whole model; only this shard's layers are loaded.");
        _cache = new ModelCacheSettings(settings);
        _firstLayer = settings.Required<int>("--first-layer", "First layer, counted from 0.");
        _layers = settings.Required<int>("--layers", "Number of layers.");
        _slot = settings.Optional<uint?>("--slot", "Slot id in the registry; found or made with --register.");
        _operatorKey = settings.Required<string>("--operator-key", "Key file of the operator who is paid and who stakes.");
        _operatorPassword = settings.Optional<string>("--operator-password-file", "Password of an encrypted operator key.");
        _register = settings.Flag("--register", "Register the slot and the enclave's key before serving.");
        _httpListen = settings.Optional<string>("--http-listen", "Where /livez, /readyz and /metrics are served.");
        _tee = new TeeSettings(settings);
        _trustedRoot = settings.Optional<string>("--trusted-root", "Root certificate of other shards' quotes; the simulated TEE's own, else Intel's, if absent.");
        _collateral = ServiceSettings.CollateralOption(settings);
        _policy = ServiceSettings.PolicyOption(settings);
        _plainLinks = ServiceSettings.PlainLinksFlag(settings);
        _threads = settings.Option("--threads", "Threads that compute.", Environment.ProcessorCount);
        _kernels = new KernelSettings(settings);
        _defence = new DefenceSettings(settings);
        _faults = new FaultSettings(settings, fault => fault.Shard);
    }

    public static Command Create(CommandFactory factory)
    {
        ShardCommand command = new(factory.Settings);
        return factory.Create("shard", "Serve a layer range of a model.",
            [command._model, command._cache.Symbol, command._firstLayer, command._layers, command._slot, command._operatorKey, command._operatorPassword, command._register,
                command._httpListen, .. command._tee.Symbols, command._trustedRoot, command._collateral, .. command._service.CollateralSymbols, command._policy, command._plainLinks, command._threads, command._kernels.Symbol, .. command._defence.Symbols, command._faults.Symbol, .. command._service.Symbols],
            command.RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        (IQuoteSource? hardware, string? simulator) = _tee.Open(parsed, _service.AllowSimulatedTee(parsed));
        using IDisposable? owned = hardware as IDisposable;
        Deployment deployment = await _service.DeploymentAsync(parsed, cancellationToken).ConfigureAwait(false);
        PrivateKey operatorKey = SettingFiles.LoadKey(parsed.GetValue(_operatorKey)!, parsed.GetValue(_operatorPassword));
        await using CollateralFeed? collateral = _service.TryOpenCollateral(parsed, parsed.GetValue(_collateral), parsed.GetValue(_trustedRoot), console.Log);
        await ShardNodeHost.RunAsync(
            new ShardNodeOptions
            {
                ModelPath = parsed.GetValue(_model)!,
                FirstLayer = parsed.GetValue(_firstLayer),
                LayerCount = parsed.GetValue(_layers),
                ChainId = deployment.ChainId,
                Rollup = deployment.Rollup,
                SlotId = parsed.GetValue(_slot),
                Operator = operatorKey.Address,
                ChainEndpoint = _service.ChainUrl(parsed),
                StateFolder = _service.State(parsed),
                Listen = _service.Listen(parsed),
                HttpListen = parsed.GetValue(_httpListen) is { } http ? ServiceSettings.Address(_httpListen.Name, http) : null,
                Threads = parsed.GetValue(_threads),
                Kernels = _kernels.Read(parsed),
                ModelStore = _cache.Read(parsed, console),
                QuoteSource = hardware,
                SimulatorFolder = simulator,
                TrustedRoot = parsed.GetValue(_trustedRoot) is { } root ? ServiceSettings.TrustedRoot(root) : null,
                Collateral = collateral?.Provider,
                QuotePolicy = _service.Policy(parsed, _policy),
                PlainLinks = _service.PlainLinks(parsed, _plainLinks),
                AllowPlainSealedJobs = _service.PlainLinks(parsed, _plainLinks),
                Registration = parsed.GetValue(_register) ? Registration(parsed) : null,
                Defender = _defence.Read(parsed, operatorKey, _service.AllowSimulatedTee(parsed)),
                Faults = _faults.Read(parsed, _service.AllowSimulatedTee(parsed)),
                InsecureDevelopment = _service.AllowSimulatedTee(parsed),
                ExitWithParent = _service.ExitWithParent(parsed),
            },
            cancellationToken).ConfigureAwait(false);
        return ExitCode.Success;
    }

    private SlotRegistrationOptions Registration(ParseResult parsed) => new()
    {
        OperatorKeyFile = parsed.GetValue(_operatorKey)!,
        OperatorPasswordFile = parsed.GetValue(_operatorPassword),
    };
}
