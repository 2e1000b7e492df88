using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Commands;
using TeeTee.Ethereum;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using JobFinished = TeeTee.Gateway.Jobs.JobFinished;

namespace TeeTee.Cli.Devnet;

/// <summary>The whole path once, from a prompt to settled payouts, on a running network. Every value it reports was read from the part that is responsible for it.</summary>
internal sealed class DemoRun : IDisposable
{
    private const uint MaxOutputTokens = 96;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly Devnet _network;
    private readonly CommandConsole _console;
    private readonly HttpClient _http;
    private readonly HttpJobClient _jobs;
    private readonly JobSigner _signer;
    private readonly JsonRpcClient _rpc;
    private readonly ConfidentialMode? _confidential;
    private readonly Dictionary<string, double> _seconds = [];
    private long _stageStarted = Stopwatch.GetTimestamp();

    /// <param name="network">Up.</param>
    /// <param name="console">Shows the stages.</param>
    /// <param name="startTime">What the start took.</param>
    /// <param name="confidential">Asks under encryption, with the network's verifier as auditor.</param>
    public DemoRun(Devnet network, CommandConsole console, TimeSpan startTime, bool confidential)
    {
        (_network, _console) = (network, console);
        _http = new HttpClient { BaseAddress = network.Sequencer, Timeout = Timeout.InfiniteTimeSpan };
        _jobs = new HttpJobClient(_http, TimeSpan.FromSeconds(60), TimeProvider.System);
        _signer = new JobSigner(_jobs, network.Keys.User.Address, network.Keys.User, PaymentKind.Credits, TimeProvider.System);
        _rpc = new JsonRpcClient(network.Chain);
        _confidential = confidential
            ? new ConfidentialMode(
                [
                    new ContractKeyVerification(new NodeFactsReader(new EthereumClient(_rpc), network.Deployment)),
                    new AttestedKeyVerification(_jobs, Trust(network), TimeProvider.System),
                ],
                [network.Keys.Audit])
            : null;
        _seconds["start"] = Math.Round(startTime.TotalSeconds, 2);
    }

    /// <summary>Asks, checks, and waits for posting, verification, finality and payment.</summary>
    /// <exception cref="FailureException">A stage does not end as it must.</exception>
    public async Task<DemoResult> RunAsync(string prompt, CancellationToken cancellationToken)
    {
        // 1. Ask, and check the receipts against what was sent and received.
        (string answer, RunningAnswer run) = await AskAsync(prompt, cancellationToken).ConfigureAwait(false);
        EndStage("answer", $"answered: {run.Finished.PromptTokens} + {run.Finished.OutputTokens} tokens, {run.Finished.Shards.Length} shards signed, fee {run.Finished.Fee} wei");

        // 2. The batch on chain.
        JsonElement posted = await WaitForStatusAsync(run.JobId, ["posted", "final"], cancellationToken).ConfigureAwait(false);
        JsonElement batch = posted.GetProperty("batch");
        ulong index = batch.GetProperty("index").GetUInt64();
        string transaction = batch.GetProperty("transaction").GetString()!;
        EndStage("posted", $"batch {index} is on chain in {transaction}, {posted.GetProperty("quotes").GetArrayLength()} quotes");

        // 3. The independent re-execution.
        string verdict = await WaitForVerdictAsync(index, cancellationToken).ConfigureAwait(false);
        EndStage("verified", $"the verifier re-executed it: {verdict}");

        // 4. The window closes.
        JsonElement final = await WaitForStatusAsync(run.JobId, ["final"], cancellationToken).ConfigureAwait(false);
        EndStage("final", "the window has closed, the batch is final");

        // 5. Everyone is paid.
        IReadOnlyList<Payout> payouts = await WaitForPayoutsAsync(run.Finished.Fee, cancellationToken).ConfigureAwait(false);
        EndStage("paid", string.Join(", ", payouts.Select(p => $"{p.Role} {p.Address}: {p.Wei} wei")));
        return new DemoResult(
            prompt, answer, _network.Model.Name, run.Finished.Shards.Length, run.Finished.PromptTokens + run.Finished.OutputTokens, run.JobId, index, transaction,
            verdict, final.GetProperty("status").GetString()!, run.Finished.Fee, payouts, _seconds, _confidential is not null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signer.Dispose();
        _rpc.Dispose();
        _http.Dispose();
    }

    private async Task<(string Answer, RunningAnswer Run)> AskAsync(string prompt, CancellationToken cancellationToken)
    {
        NodeInfo node = await _jobs.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        ModelInfo offer = SequencerLink.RequireModel(node, _network.Model.Identity.ModelId);
        using CanonicalModel model = ModelFiles.OpenModel(_network.ModelPath, new ModelStoreOptions());
        bool chat = model.ChatTemplateText is not null;
        uint[] tokens = PromptText.Encode(model, prompt, chat);
        if (tokens.Length >= offer.ContextLength)
            throw new FailureException(ExitCode.Refused, "context_length_exceeded", $"The prompt has {tokens.Length} tokens; the model's context is {offer.ContextLength}.");
        uint limit = Math.Min(MaxOutputTokens, offer.ContextLength - (uint)tokens.Length);
        JobPrompt job = new(tokens, limit, [.. model.Tokenizer.EndOfGeneration], Sampling.GreedyPick);
        if (_confidential is not null)
        {
            job = job with { Seal = await _confidential.SealAsync(node, offer, cancellationToken).ConfigureAwait(false) };
            _console.Progress($"the contract knows slot {offer.Slots[0].SlotId} with encryption key {offer.EncryptionKey}, and fresh quotes of all {offer.Slots.Length} slots hold: sealing to it, and to the verifier");
        }
        _console.Progress($"asking: {prompt}");
        await using RunningJob running = await _signer.StartAsync(node, offer, job, cancellationToken).ConfigureAwait(false);
        AnswerReader reader = new(running, _jobs, node, offer, Secp256k1Recovery.Instance);
        string answer = await PrintAsync(reader, new AnswerText(model.Tokenizer, chat), cancellationToken).ConfigureAwait(false);
        return (answer, new RunningAnswer(running.JobId, reader.Finished!));
    }

    private static AttestationTrust Trust(Devnet network) => new(
        ServiceSettings.TrustedRoot(network.Folder.TrustedRoot), SettingFiles.LoadPolicy(network.Folder.Policy) with { AllowSimulated = true }, CollateralFile.Open(network.Folder.Collateral), network.Deployment.Domain());

    private async Task<string> PrintAsync(AnswerReader reader, AnswerText decoder, CancellationToken cancellationToken)
    {
        StringBuilder answer = new();
        void Show(string piece)
        {
            answer.Append(piece);
            _console.Stream(piece);
        }
        await foreach (uint token in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            Show(decoder.Append(token));
        Show(decoder.Finish() + Environment.NewLine);
        return answer.ToString().Trim();
    }

    private Task<JsonElement> WaitForStatusAsync(Bytes32 jobId, string[] wanted, CancellationToken cancellationToken) =>
        PollAsync<JsonElement>($"the receipt to be {wanted[0]}", async token =>
        {
            JsonElement? receipt = await _jobs.GetReceiptAsync(jobId, token).ConfigureAwait(false);
            return receipt is { } r && wanted.Contains(r.GetProperty("status").GetString()) ? r : null;
        }, cancellationToken);

    private async Task<string> WaitForVerdictAsync(ulong index, CancellationToken cancellationToken)
    {
        Uri address = new(_network.Verifier, string.Create(CultureInfo.InvariantCulture, $"v1/verdicts/{index}"));
        JsonElement verdict = await PollAsync<JsonElement>($"the verdict on batch {index}", async token =>
        {
            using HttpResponseMessage response = await _http.GetAsync(address, token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                return null;
            using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(token).ConfigureAwait(false));
            string word = body.RootElement.GetProperty("verdict").GetString()!;
            return word.Equals("Unavailable", StringComparison.OrdinalIgnoreCase) ? null : body.RootElement.Clone();
        }, cancellationToken).ConfigureAwait(false);
        string word = verdict.GetProperty("verdict").GetString()!;
        if (_confidential is not null && verdict.GetProperty("sealed").GetUInt32() > 0)
            throw new FailureException(ExitCode.VerificationFailed, "not_audited", $"The verifier could not read the confidential answer: {verdict.GetRawText()}");
        return word.Equals("Valid", StringComparison.OrdinalIgnoreCase)
            ? "Valid"
            : throw new FailureException(ExitCode.VerificationFailed, "batch_invalid", $"The verifier judged batch {index} {word}: {verdict.GetRawText()}");
    }

    private async Task<IReadOnlyList<Payout>> WaitForPayoutsAsync(UInt128 charged, CancellationToken cancellationToken)
    {
        Claims claims = new(new EthereumClient(_rpc), _network.Deployment, _network.Keys.Sequencer.Address);
        IReadOnlyList<Payout>? paid = null;
        await PollAsync<bool>("everyone to be paid", async token =>
        {
            paid = await claims.ReadAsync(token).ConfigureAwait(false);
            return paid.Aggregate(UInt128.Zero, (sum, payout) => sum + payout.Wei) >= charged ? true : null;
        }, cancellationToken).ConfigureAwait(false);
        UInt128 sum = paid!.Aggregate(UInt128.Zero, (total, payout) => total + payout.Wei);
        return sum == charged
            ? paid!
            : throw new FailureException(ExitCode.VerificationFailed, "payout_mismatch", $"{sum} wei were paid for a fee of {charged}.");
    }

    private static async Task<T> PollAsync<T>(string what, Func<CancellationToken, Task<T?>> ask, CancellationToken cancellationToken)
        where T : struct
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_patience);
        string last = "no answer yet";
        try
        {
            while (true)
            {
                try
                {
                    if (await ask(deadline.Token).ConfigureAwait(false) is { } found)
                        return found;
                }
                catch (Exception fault) when (fault is JobApiException or HttpRequestException or RpcTransportException)
                {
                    last = fault.Message;
                }
                await Task.Delay(s_poll, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FailureException(ExitCode.Timeout, "timeout", $"Waited {s_patience.TotalSeconds} s for {what}: {last}.");
        }
    }

    private void EndStage(string name, string line)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_stageStarted);
        _seconds[name] = Math.Round(elapsed.TotalSeconds, 2);
        _stageStarted = Stopwatch.GetTimestamp();
        _console.Progress(string.Create(CultureInfo.InvariantCulture, $"  [{elapsed.TotalSeconds,5:F1} s] {line}"));
    }

    private sealed record RunningAnswer(Bytes32 JobId, JobFinished Finished);
}
