using System.CommandLine;
using System.Globalization;
using TeeTee.Attestation.Collateral;
using TeeTee.Cli.CommandLine;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Verifier;
using TeeTee.Verifier.Disputing;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee dispute</c>: disputes about computations, step by step, as an active verifier makes them by itself.</summary>
internal sealed class DisputeCommand
{
    private readonly Option<string> _chainUrl;
    private readonly Option<string> _deployment;
    private readonly Option<string?> _operator;
    private readonly Argument<ulong> _id = new("id") { Description = "The dispute's id." };
    private readonly Option<ulong> _batch;
    private readonly Option<uint?> _leaf;
    private readonly Option<string> _dataUrl;
    private readonly Option<string> _model;
    private readonly Option<string> _key;
    private readonly Option<string?> _password;
    private readonly Option<string> _state;
    private readonly VerifierTrust _trust;

    private DisputeCommand(Settings settings)
    {
        _chainUrl = settings.Option("--chain-url", "JSON-RPC addresses of the chain, with commas; all must agree.", "http://127.0.0.1:8552");
        _deployment = settings.Required<string>("--deployment", "deployment.json: the chain and contracts.");
        _operator = settings.Optional<string>("--operator", "Only disputes against this operator.");
        _batch = settings.Required<ulong>("--batch", "Index of an open batch.");
        _leaf = settings.Optional<uint?>("--leaf", "Its receipt; the first whose computation differs if absent.");
        _dataUrl = settings.Option("--data-url", "Where batch data is fetched; several with commas.", "http://127.0.0.1:8550");
        _model = settings.Required<string>("--model", "GGUF files of the models to compute with, with commas.");
        _key = settings.Required<string>("--key-file", "Key file of the account that pays bonds and gas and gets bounties.");
        _password = settings.Optional<string>("--password-file", "Password of an encrypted key.");
        _state = settings.Option("--state", "Folder of evidence and of the salts of own disputes; a verifier's, to go on with its disputes.", Path.Combine(".teetee", "verifier"));
        _trust = new VerifierTrust(settings);
    }

    public static Command Create(CommandFactory factory)
    {
        DisputeCommand command = new(factory.Settings);
        Symbol[] chain = [command._chainUrl, command._deployment];
        Symbol[] acting = [.. chain, command._dataUrl, command._model, command._key, command._password, command._state, .. command._trust.Symbols];
        Command dispute = new("dispute", "Disputes about computations: list, show, open, prove, resolve.");
        dispute.Subcommands.Add(factory.Create("list", "List the newest disputes.", [.. chain, command._operator], command.ListAsync));
        dispute.Subcommands.Add(factory.Create("show", "Show a dispute: what it is about, whose move it is and until when.", [command._id, .. chain], command.ShowAsync));
        dispute.Subcommands.Add(factory.Create("open", "Judge a batch and open the dispute that the evidence calls for; refuses where nothing is wrong.",
            [command._batch, command._leaf, .. acting], command.OpenAsync));
        dispute.Subcommands.Add(factory.Create("prove", "Make the challenger's move: select after the reveal, prove after the answer.", [command._id, .. acting], command.ProveAsync));
        dispute.Subcommands.Add(factory.Create("resolve", "Settle a dispute whose time is up, pay its bounty, and withdraw what is owed.", [command._id, .. acting], command.ResolveAsync));
        return dispute;
    }

    private async Task<ExitCode> ListAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        Address? accused = parsed.GetValue(_operator) is { } text
            ? Address.TryParse(text, out Address address) ? address : throw Bad(_operator.Name, text, "address")
            : null;
        using DisputeDesk desk = await ViewAsync(parsed, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GameDispute> disputes = await desk.ListAsync(accused, cancellationToken).ConfigureAwait(false);
        console.Result(
            new { disputes = disputes.Select(ToJson) },
            disputes.Count == 0 ? "no disputes" : string.Join(Environment.NewLine, disputes.Select(d => $"{d.Id,6}  {Name(d.State),-14} operator {d.Operator}  challenger {d.Challenger}  bond {d.Bond} wei")));
        return ExitCode.Success;
    }

    private async Task<ExitCode> ShowAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        using DisputeDesk desk = await ViewAsync(parsed, cancellationToken).ConfigureAwait(false);
        return Report(console, await desk.ShowAsync(parsed.GetValue(_id), cancellationToken).ConfigureAwait(false));
    }

    private async Task<ExitCode> OpenAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        using DisputeDesk desk = await DeskAsync(parsed, cancellationToken).ConfigureAwait(false);
        return Report(console, await desk.OpenAsync(parsed.GetValue(_batch), parsed.GetValue(_leaf), cancellationToken).ConfigureAwait(false));
    }

    private async Task<ExitCode> ProveAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        using DisputeDesk desk = await DeskAsync(parsed, cancellationToken).ConfigureAwait(false);
        return Report(console, await desk.ProveAsync(parsed.GetValue(_id), cancellationToken).ConfigureAwait(false));
    }

    private async Task<ExitCode> ResolveAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        using DisputeDesk desk = await DeskAsync(parsed, cancellationToken).ConfigureAwait(false);
        return Report(console, await desk.ResolveAsync(parsed.GetValue(_id), cancellationToken).ConfigureAwait(false));
    }

    private async Task<DisputeDesk> ViewAsync(ParseResult parsed, CancellationToken cancellationToken) => await DisputeDesk.OpenAsync(
        new VerifierOptions
        {
            ChainUrls = ChainUrls(parsed),
            Deployment = await SettingFiles.LoadDeploymentAsync(parsed.GetValue(_deployment)!, cancellationToken).ConfigureAwait(false),
            DataUrls = [new Uri("http://127.0.0.1/")],
            ModelFiles = [],
            Collateral = NoCollateral.Instance,
        },
        null, TimeProvider.System, cancellationToken).ConfigureAwait(false);

    private async Task<DisputeDesk> DeskAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string state = Path.GetFullPath(parsed.GetValue(_state)!);
        Directory.CreateDirectory(state);
        VerifierOptions options = new()
        {
            ChainUrls = ChainUrls(parsed),
            Deployment = await SettingFiles.LoadDeploymentAsync(parsed.GetValue(_deployment)!, cancellationToken).ConfigureAwait(false),
            DataUrls = [.. Split(parsed.GetValue(_dataUrl)!).Select(url => ServiceSettings.Endpoint(_dataUrl.Name, url))],
            ModelFiles = [.. Split(parsed.GetValue(_model)!)],
            Tag = BlockTag.Latest,
            EvidenceFolder = Path.Combine(state, "evidence"),
            Collateral = NoCollateral.Instance,
            Challenger = new ChallengerOptions
            {
                Mode = ChallengerMode.Active,
                Key = SettingFiles.LoadKey(parsed.GetValue(_key)!, parsed.GetValue(_password)),
                RecordFile = Path.Combine(state, "disputes.json"),
            },
        };
        return await DisputeDesk.OpenAsync(_trust.Apply(parsed, options), null, TimeProvider.System, cancellationToken).ConfigureAwait(false);
    }

    private Uri[] ChainUrls(ParseResult parsed) => [.. Split(parsed.GetValue(_chainUrl)!).Select(url => ServiceSettings.Endpoint(_chainUrl.Name, url))];

    private static ExitCode Report(CommandConsole console, DisputeInfo info)
    {
        GameDispute d = info.Dispute;
        string where = info.SelectedOperator is null ? "" : $", selected: {info.SelectedOperator}{(info.SelectedLayer is { } layer ? $" of layer {layer}" : "")}";
        string until = d.Deadline == 0 ? "" : $", this move until {DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(d.Deadline, 253_402_300_799)):u}";
        console.Result(
            new
            {
                dispute = ToJson(d),
                batchIndex = info.Target.BatchIndex,
                batchHash = info.Target.BatchHash.ToString(),
                leaf = info.Target.Leaf,
                shard = info.Target.Shard,
                position = info.Target.Position,
                slot = info.Slot,
                selectedOperator = info.SelectedOperator,
                selectedLayer = info.SelectedLayer,
                convictedBy = info.Case.ConvictedBy,
                bounty = Wei(info.Case.Bounty),
            },
            $"dispute {d.Id} about {info.Target} (slot {info.Slot}, operator {d.Operator}) is {Name(d.State)}{where}{until}");
        return ExitCode.Success;
    }

    private static object ToJson(GameDispute d) => new
    {
        id = d.Id,
        state = Name(d.State),
        challenger = d.Challenger.ToString(),
        @operator = d.Operator.ToString(),
        bond = Wei(d.Bond),
        openedAt = d.OpenedAt,
        deadline = d.Deadline,
    };

    private static string Name(GameState state) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(state.ToString());

    private static string Wei(UInt128 wei) => wei.ToString(CultureInfo.InvariantCulture);

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static FailureException Bad(string option, string text, string what) => new(ExitCode.Usage, "bad_setting", $"{option}: '{text}' is no {what}.");

    /// <summary>For showing alone, where no quote is judged.</summary>
    private sealed class NoCollateral : ICollateralProvider
    {
        public static NoCollateral Instance { get; } = new();

        public QuoteCollateral? Find(PlatformId platform) => null;

        public ValueTask<QuoteCollateral> GetAsync(PlatformId platform, CancellationToken cancellationToken) =>
            throw new CollateralUnavailableException("Nothing is judged here.");
    }
}
