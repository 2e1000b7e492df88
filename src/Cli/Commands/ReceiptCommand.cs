using System.CommandLine;
using System.Text.Json;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Encryption;
using TeeTee.Cli.CommandLine;
using TeeTee.Ethereum;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Receipts;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee receipt verify</c>: everything about an answer that can be checked without trusting who gave it.</summary>
internal sealed class ReceiptCommand
{
    private const int MostFileBytes = 16 << 20;
    private readonly Argument<string> _receipt = new("receipt") { Description = "The receipt id, or a file that holds a receipt." };
    private readonly Option<string> _url;
    private readonly Option<string> _chainUrl;
    private readonly Option<string> _deployment;
    private readonly Option<string?> _trustedRoot;
    private readonly Option<string?> _collateral;
    private readonly Option<bool> _offline;
    private readonly Option<string?> _dataKey;

    private ReceiptCommand(Settings settings)
    {
        _url = settings.Option("--url", "Address of a sequencer that holds the receipt.", "http://127.0.0.1:8550");
        _chainUrl = settings.Option("--chain-url", "JSON-RPC address of the chain.", "http://127.0.0.1:8552");
        _deployment = settings.Required<string>("--deployment", "deployment.json: the chain and contracts that are trusted.");
        _trustedRoot = settings.Optional<string>("--trusted-root", "PEM certificate that quotes must lead to; Intel's root if absent. Another root proves no hardware.");
        _collateral = ServiceSettings.CollateralOption(settings);
        _offline = settings.Flag("--offline", "Skip every check that needs the chain.");
        _dataKey = settings.Optional<string>("--data-key", "File of ask --save-data-key: check the tokens of a confidential job too.");
    }

    public static Command Create(CommandFactory factory)
    {
        ReceiptCommand command = new(factory.Settings);
        Command verify = factory.Create("verify", "Check a receipt's signatures, commitments, quotes, batch and accounting. Exit code 7: a check failed; 8: one could not be made.",
            [command._receipt, command._url, command._chainUrl, command._deployment, command._trustedRoot, command._collateral, command._offline, command._dataKey],
            (parsed, console, cancellationToken) => ClientFailures.GuardAsync(() => command.VerifyAsync(parsed, console, cancellationToken)));
        Command receipt = new("receipt", "Work with receipts of answers.");
        receipt.Subcommands.Add(verify);
        return receipt;
    }

    private async Task<ExitCode> VerifyAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        Deployment deployment = await SettingFiles.LoadDeploymentAsync(parsed.GetValue(_deployment)!, cancellationToken).ConfigureAwait(false);
        TrustedRoot root = LoadRoot(parsed.GetValue(_trustedRoot));
        ICollateralProvider? own = ServiceSettings.FindCollateral(parsed.GetValue(_collateral), parsed.GetValue(_trustedRoot));
        ReceiptDocument receipt = await LoadReceiptAsync(parsed, cancellationToken).ConfigureAwait(false);
        Bytes32 id = Bytes32.TryParse(parsed.GetValue(_receipt), out Bytes32 asked) ? asked : receipt.Id;
        ReceiptChainFacts? chain = parsed.GetValue(_offline) ? null : await ReadChainAsync(parsed, deployment, receipt, cancellationToken).ConfigureAwait(false);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        ICollateralProvider? relayed = own is null ? await RelayedAsync(parsed, receipt, cancellationToken).ConfigureAwait(false) : null;
        // What judged a quote then is judged at the time that the chain gives for it; one's own collateral, now.
        DateTimeOffset time = relayed is not null && chain?.Batch is { PostedAt: > 0 } posted ? DateTimeOffset.FromUnixTimeSeconds((long)posted.PostedAt) : now;
        using DataKey? dataKey = LoadDataKey(parsed.GetValue(_dataKey), id);
        IReadOnlyList<ReceiptCheck> checks = ReceiptVerification.Check(
            receipt, id, deployment.Domain(), chain, root, own ?? relayed, time, Secp256k1Recovery.Instance, dataKey);
        Report(console, receipt, root, checks);
        if (relayed is not null)
            console.Progress($"quotes were judged as of {time:u} by the collateral that the sequencer kept, which is believed for its signatures only: give --collateral to judge by your own");
        return checks.Any(check => check.Outcome == CheckOutcome.Fail) ? ExitCode.VerificationFailed
            : checks.Any(check => check.Outcome == CheckOutcome.Missing) ? ExitCode.Unavailable
            : ExitCode.Success;
    }

    private static void Report(CommandConsole console, ReceiptDocument receipt, TrustedRoot root, IReadOnlyList<ReceiptCheck> checks)
    {
        string verdict = checks.Any(check => check.Outcome == CheckOutcome.Fail) ? "failed"
            : checks.All(check => check.Outcome == CheckOutcome.Pass) ? "verified"
            : "incomplete";
        console.Result(
            new
            {
                receiptId = receipt.Id.ToString(),
                status = receipt.Status,
                verdict,
                simulated = root.IsSimulated,
                checks = checks.Select(check => new { name = check.Name, outcome = check.Outcome.ToString().ToLowerInvariant(), detail = check.Detail }),
                quotes = checks.Where(check => check.Quote is not null).Select(check => Row(check, check.Quote!)),
            },
            string.Join(Environment.NewLine, checks.Select(check => $"{check.Outcome.ToString().ToLowerInvariant(),-8}{check.Name,-19}{check.Detail}").Append($"{verdict}: receipt {receipt.Id}")));
    }

    private static object Row(ReceiptCheck check, ReceiptQuotePart quote) => new
    {
        slotId = quote.Record.Slot,
        epoch = quote.Record.Epoch,
        outcome = check.Outcome.ToString().ToLowerInvariant(),
        teeType = check.Verdict is { Accepted: true } accepted ? accepted.Simulated ? "simulated" : "tdx" : null,
        status = check.Verdict?.Status?.ToString(),
        advisories = check.Verdict?.Advisories,
        stage = check.Verdict?.Error?.Stage.ToString(),
        measurements = check.Verdict?.Report is { } report ? QuoteMeasurements.Of(report) : null,
        collateralHash = quote.CollateralHash?.ToString(),
        verifiedAt = quote.VerifiedAt,
    };

    /// <summary>The collateral that the sequencer accepted the quotes by, as far as it still has it.</summary>
    private async Task<ICollateralProvider?> RelayedAsync(ParseResult parsed, ReceiptDocument receipt, CancellationToken cancellationToken)
    {
        using SequencerLink link = new(parsed.GetValue(_url)!);
        List<QuoteCollateral> found = [];
        foreach (Bytes32 hash in receipt.Quotes.Select(quote => quote.CollateralHash).OfType<Bytes32>().Distinct().Take(ReceiptVerification.MostShards))
        {
            try
            {
                if (await link.Jobs.GetCollateralAsync(hash, cancellationToken).ConfigureAwait(false) is { } container
                    && QuoteCollateral.TryParse(System.Text.Encoding.UTF8.GetBytes(container.GetRawText()), out QuoteCollateral? collateral, out _))
                    found.Add(collateral);
            }
            catch (JobApiException)
            {
                // A receipt in a file may be checked when its sequencer is gone; the check of the quote says what is missing.
            }
        }
        return found.Count > 0 ? new RelayedCollateral(found) : null;
    }

    private async Task<ReceiptDocument> LoadReceiptAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string name = parsed.GetValue(_receipt)!;
        try
        {
            if (!Bytes32.TryParse(name, out Bytes32 id))
                return JsonSerializer.Deserialize<ReceiptDocument>(await ReadFileAsync(name, cancellationToken).ConfigureAwait(false), JobApiJson.Options) ?? throw new JsonException("It is null.");
            using SequencerLink link = new(parsed.GetValue(_url)!);
            JsonElement found = await link.Jobs.GetReceiptAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new FailureException(ExitCode.Unavailable, "not_found", $"The sequencer has no receipt {id}.");
            return found.Deserialize<ReceiptDocument>(JobApiJson.Options) ?? throw new JsonException("It is null.");
        }
        catch (JsonException fault)
        {
            throw new FailureException(ExitCode.VerificationFailed, "bad_receipt", $"{name} is no receipt: {fault.Message}", fault);
        }
    }

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(path).Length <= MostFileBytes
                ? await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false)
                : throw new FailureException(ExitCode.Usage, "file_unreadable", $"{path} has more than {MostFileBytes} bytes.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Usage, "file_unreadable", $"{path} is neither a receipt id nor a readable file: {fault.Message}", fault);
        }
    }

    private async Task<ReceiptChainFacts> ReadChainAsync(ParseResult parsed, Deployment deployment, ReceiptDocument receipt, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(parsed.GetValue(_chainUrl), UriKind.Absolute, out Uri? address))
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--chain-url: '{parsed.GetValue(_chainUrl)}' is no address.");
        using JsonRpcClient rpc = new(address);
        EthereumClient client = new(rpc);
        ulong chainId = await client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
        if (chainId != deployment.ChainId)
            throw new FailureException(ExitCode.Configuration, "wrong_chain", $"{address} is chain {chainId}, the deployment is on {deployment.ChainId}.");
        return await new ReceiptChainReader(client, deployment, Secp256k1Recovery.Instance).ReadAsync(receipt, cancellationToken).ConfigureAwait(false);
    }

    private static DataKey? LoadDataKey(string? path, Bytes32 jobId)
    {
        try
        {
            if (path is null)
                return null;
            DataKeyFile file = DataKeyFile.Load(path);
            return file.JobId == jobId
                ? DataKey.From(file.Key.ToArray())
                : throw new FailureException(ExitCode.Usage, "bad_setting", $"{path} holds the key of job {file.JobId}; the receipt is of {jobId}.");
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "bad_data_key", fault.Message, fault);
        }
    }

    private static TrustedRoot LoadRoot(string? path)
    {
        try
        {
            return path is null ? TrustedRoot.Intel : TrustedRoot.FromFile(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FailureException(ExitCode.Configuration, "bad_trusted_root", $"{path}: {fault.Message}", fault);
        }
    }
}
