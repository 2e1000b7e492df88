using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Cli.CommandLine;
using TeeTee.Ethereum;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee attest status</c>: challenges the shards behind a sequencer and judges their quotes on this machine.</summary>
internal sealed class AttestCommand
{
    private readonly Option<string> _url;
    private readonly Option<string?> _model;
    private readonly Option<string?> _nonce;
    private readonly Option<string?> _trustedRoot;
    private readonly Option<string?> _collateral;
    private readonly Option<string?> _policy;
    private readonly Option<string?> _deployment;
    private readonly Option<string?> _chainUrl;

    private AttestCommand(Settings settings)
    {
        _url = settings.Option("--url", "Address of the sequencer.", "http://127.0.0.1:8550");
        _model = settings.Optional<string>("--model", "Name or identity of the model; the first one that is served if absent.");
        _nonce = settings.Optional<string>("--nonce", "64 hex digits that the quotes must answer; drawn afresh if absent.");
        _trustedRoot = settings.Optional<string>("--trusted-root", "PEM certificate that quotes must lead to; Intel's root if absent. Another root proves no hardware.");
        _collateral = settings.Optional<string>("--collateral",
            $"Collateral container to judge by; {SimulatedPki.CollateralFile} beside --trusted-root, else the report's own if absent, which is believed for its signatures only.");
        _policy = settings.Optional<string>("--policy", "JSON file with further rules for quotes (docs/attestation.md).");
        _deployment = settings.Optional<string>("--deployment", "deployment.json: the chain and contracts that are trusted. The sequencer's word if absent.");
        _chainUrl = settings.Optional<string>("--chain-url", "JSON-RPC address of the chain: check that the contracts have the slots and keys. Needs --deployment.");
    }

    public static Command Create(CommandFactory factory)
    {
        AttestCommand command = new(factory.Settings);
        Command status = factory.Create("status", "Challenge every shard of a model's pipeline with a fresh nonce and verify its quote. Exit code 0 only if every slot is accepted; 7: one is not.",
            [command._url, command._model, command._nonce, command._trustedRoot, command._collateral, command._policy, command._deployment, command._chainUrl],
            (parsed, console, cancellationToken) => ClientFailures.GuardAsync(() => command.RunAsync(parsed, console, cancellationToken)));
        Command attest = new("attest", "Ask running nodes to prove what they are.");
        attest.Subcommands.Add(status);
        return attest;
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        Bytes32 nonce = Nonce(parsed.GetValue(_nonce));
        TrustedRoot root = ServiceSettings.TrustedRoot(parsed.GetValue(_trustedRoot));
        ICollateralProvider? collateral = ServiceSettings.FindCollateral(parsed.GetValue(_collateral), parsed.GetValue(_trustedRoot));
        QuotePolicy policy = parsed.GetValue(_policy) is { } rules ? SettingFiles.LoadPolicy(rules) : new QuotePolicy();
        Deployment? deployment = parsed.GetValue(_deployment) is { } path ? await SettingFiles.LoadDeploymentAsync(path, cancellationToken).ConfigureAwait(false) : null;
        if (parsed.GetValue(_chainUrl) is not null && deployment is null)
            throw new FailureException(ExitCode.Usage, "bad_setting", "--chain-url needs --deployment: the contracts that are trusted.");
        using SequencerLink link = new(parsed.GetValue(_url)!);
        NodeInfo node = await link.GetInfoAsync(deployment, cancellationToken).ConfigureAwait(false);
        ModelInfo model = FindModel(node, parsed.GetValue(_model));
        AttestationReport report = await link.Jobs.GetAttestationAsync(model.ModelId, nonce, cancellationToken).ConfigureAwait(false);
        AttestationReportResult result = AttestationReportCheck.Check(report, new AttestationCheckInput
        {
            Nonce = nonce,
            Domain = deployment?.Domain() ?? new RollupDomain(node.ChainId, node.Rollup),
            ModelId = model.ModelId,
            Root = root,
            Now = TimeProvider.System.GetUtcNow(),
            Policy = policy with { AllowSimulated = root.IsSimulated },
            Collateral = collateral,
            Facts = await FactsAsync(parsed, deployment, node, model, report, cancellationToken).ConfigureAwait(false),
        });
        Report(console, model, nonce, root, result);
        return result.Accepted ? ExitCode.Success : ExitCode.VerificationFailed;
    }

    private static ModelInfo FindModel(NodeInfo node, string? name) =>
        node.Models.FirstOrDefault(model => name is null || model.Name == name || model.ModelId.ToString() == name)
        ?? throw new FailureException(ExitCode.Refused, "model_not_found",
            $"The sequencer serves no model {name ?? "at all"} now. It has: {string.Join(", ", node.Models.Select(m => $"{m.Name} {m.ModelId}"))}.");

    private static Bytes32 Nonce(string? text)
    {
        if (text is null)
            return new Bytes32(RandomNumberGenerator.GetBytes(Bytes32.Size));
        return Bytes32.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text : "0x" + text, out Bytes32 nonce)
            ? nonce
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"--nonce: '{text}' is not 64 hex digits.");
    }

    // The slots that the report names are looked up, not those that /v1/info names: both are the sequencer's word.
    private async Task<NodeFacts?> FactsAsync(
        ParseResult parsed, Deployment? deployment, NodeInfo node, ModelInfo model, AttestationReport report, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_chainUrl) is not { } chainUrl)
            return null;
        using JsonRpcClient rpc = new(ServiceSettings.Endpoint(_chainUrl.Name, chainUrl));
        SlotInfo[] slots = [.. report.Entries.Select(entry => entry.Details)
            .Select(entry => new SlotInfo(entry.SlotId, entry.Operator, entry.FirstLayer, entry.LayerCount, entry.SigningKey, entry.TeeType))];
        return await new NodeFactsReader(new EthereumClient(rpc), deployment!).ReadAsync(node, [model with { Slots = [.. slots] }], cancellationToken).ConfigureAwait(false);
    }

    private static void Report(CommandConsole console, ModelInfo model, Bytes32 nonce, TrustedRoot root, AttestationReportResult result)
    {
        console.Result(
            new
            {
                verdict = Word(result.Accepted),
                error = result.Fault,
                model = model.Name,
                modelId = model.ModelId.ToString(),
                nonce = nonce.ToString()[2..],
                simulated = root.IsSimulated,
                slots = result.Slots.Select(Row),
            },
            string.Join(Environment.NewLine, result.Slots.Select(Line).Append($"{Word(result.Accepted)}: {model.Name} {model.ModelId}{(result.Fault is null ? "" : $": {result.Fault}")}")));
        if (result.Slots.Any(slot => slot.Accepted && slot.Registered is null))
            console.Progress("the contracts were not asked whether slots and keys are registered: give --deployment and --chain-url");
    }

    private static object Row(AttestationSlotResult slot) => new
    {
        slotId = slot.SlotId,
        @operator = slot.Claimed?.Operator.ToString(),
        firstLayer = slot.Claimed?.FirstLayer,
        layerCount = slot.Claimed?.LayerCount,
        verdict = Word(slot.Accepted),
        status = slot.Verdict?.Status?.ToString(),
        stage = slot.StageName,
        error = slot.Cause,
        teeType = Kind(slot.Verdict),
        mrTd = MrTd(slot.Verdict),
        fmspc = slot.Verdict?.Fmspc,
        advisories = slot.Verdict?.Advisories,
        signingKey = slot.Attested?.SigningKey.ToString(),
        encryptionKey = slot.Attested?.EncryptionKey.ToString(),
        expires = slot.Attested?.Expires.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        registered = slot.Registered,
    };

    private static string Line(AttestationSlotResult slot)
    {
        string what = slot.Accepted
            ? $"{Kind(slot.Verdict)} {slot.Verdict?.Status?.ToString() ?? "no status"}, mrTd {MrTd(slot.Verdict)?[..16]}, key {slot.Attested!.SigningKey}, until {slot.Attested.Expires:u}"
            : $"{slot.StageName}: {slot.Cause}";
        string registered = slot.Registered switch { true => "registered", false => "not registered", null => "registration unchecked" };
        return $"{Word(slot.Accepted),-7} slot {slot.SlotId}: {what} ({registered})";
    }

    private static string Word(bool accepted) => accepted ? "accept" : "reject";

    // What the verified chain says, not what the report claims.
    private static string? Kind(QuoteVerdict? verdict) => verdict is { Accepted: true } ? verdict.Simulated ? "simulated" : "tdx" : null;

    private static string? MrTd(QuoteVerdict? verdict) => verdict?.Report is { } report ? Convert.ToHexStringLower(report.Measurement(TdMeasurement.MrTd).Span) : null;
}
