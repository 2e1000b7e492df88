using System.CommandLine;
using TeeTee.Attestation.Certificates;
using TeeTee.Cli.CommandLine;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.RollupContracts;
using TeeTee.Verifier;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee verifier</c>: follows the contract and re-executes, as a watcher runs it.</summary>
internal sealed class VerifierCommand
{
    private readonly ServiceSettings _service;
    private readonly Option<string> _dataUrl;
    private readonly Option<string> _model;
    private readonly ModelCacheSettings _cache;
    private readonly Option<double> _sampleRate;
    private readonly Option<string> _block;
    private readonly Option<string?> _trustedRoot;
    private readonly Option<string?> _collateral;
    private readonly Option<string?> _policy;
    private readonly Option<double> _poll;
    private readonly Option<int> _threads;
    private readonly Option<string?> _auditKey;
    private readonly Option<string?> _moreChains;
    private readonly ChallengerSettings _challenger;

    private VerifierCommand(Settings settings)
    {
        _service = new ServiceSettings(settings, "verifier", "127.0.0.1:8551");
        _dataUrl = settings.Option("--data-url", "Where batch data is fetched, in order of preference; several with commas.", "http://127.0.0.1:8550");
        _model = settings.Required<string>("--model", "GGUF files of the models to re-execute, with commas.");
        _cache = new ModelCacheSettings(settings);
        _sampleRate = settings.Option("--sample-rate", "Share of each batch's answers to re-execute, 0 to 1.", 0.1);
        _block = settings.Option("--block", "latest, safe or finalized: how settled a batch must be before it is judged.", "safe");
        _trustedRoot = settings.Optional<string>("--trusted-root", "Root certificate of quotes; Intel's if absent.");
        _collateral = ServiceSettings.CollateralOption(settings);
        _policy = ServiceSettings.PolicyOption(settings);
        _poll = settings.Option("--poll-seconds", "Seconds between looks at the chain.", 1.0);
        _threads = settings.Option("--threads", "Threads that re-execute.", Environment.ProcessorCount);
        _auditKey = settings.Optional<string>("--audit-key", "X25519 key (teetee key new --x25519): re-execute the confidential jobs whose users let this verifier read them.");
        _moreChains = settings.Optional<string>("--more-chain-urls", "Further JSON-RPC nodes, with commas: nothing is judged or sent unless all say the same.");
        _challenger = new ChallengerSettings(settings);
    }

    public static Command Create(CommandFactory factory)
    {
        VerifierCommand command = new(factory.Settings);
        return factory.Create("verifier", "Follow the contract, check every batch and re-execute a sample.",
            [command._dataUrl, command._model, command._cache.Symbol, command._sampleRate, command._block, command._trustedRoot, command._collateral, .. command._service.CollateralSymbols, command._policy, command._poll, command._threads, command._auditKey, command._moreChains, .. command._challenger.Symbols,
                .. command._service.Symbols],
            command.RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        Deployment deployment = await _service.DeploymentAsync(parsed, cancellationToken).ConfigureAwait(false);
        string state = _service.State(parsed);
        Directory.CreateDirectory(state);
        await using CollateralFeed collateral = _service.OpenCollateral(parsed, parsed.GetValue(_collateral), parsed.GetValue(_trustedRoot), console.Log);
        await VerifierHost.RunAsync(
            new VerifierOptions
            {
                ChainUrls = [_service.ChainUrl(parsed), .. MoreChains(parsed)],
                Deployment = deployment,
                DataUrls = [.. Split(parsed, _dataUrl).Select(url => ServiceSettings.Endpoint(_dataUrl.Name, url))],
                ModelFiles = [.. Split(parsed, _model)],
                Tag = ServiceSettings.Block(_block.Name, parsed.GetValue(_block)!),
                SampleRate = parsed.GetValue(_sampleRate),
                QuoteRoot = ServiceSettings.TrustedRoot(parsed.GetValue(_trustedRoot)),
                Collateral = collateral.Provider,
                QuotePolicy = _service.Policy(parsed, _policy),
                AllowSimulated = _service.AllowSimulatedTee(parsed),
                EvidenceFolder = Path.Combine(state, "evidence"),
                StateFile = Path.Combine(state, "verifier.json"),
                PollSeconds = parsed.GetValue(_poll),
                Threads = parsed.GetValue(_threads),
                ModelStore = _cache.Read(parsed, console),
                AuditKeyFile = parsed.GetValue(_auditKey),
                Challenger = _challenger.Read(parsed, state, parsed.GetValue(_poll)),
                Listen = _service.Listen(parsed),
                ExitWithParent = _service.ExitWithParent(parsed),
            },
            cancellationToken).ConfigureAwait(false);
        return ExitCode.Success;
    }

    private IEnumerable<Uri> MoreChains(ParseResult parsed) =>
        (parsed.GetValue(_moreChains) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(url => ServiceSettings.Endpoint(_moreChains.Name, url));

    private static string[] Split(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
