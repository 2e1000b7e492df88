using System.Text.Json;
using TeeTee.Cli.Commands;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Cli.Devnet.Local;

/// <summary>A job that was asked for and how it ended for its client.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Prompt">Ids asked with.</param>
/// <param name="Output">Ids received.</param>
/// <param name="Finished">The receipts, believed or refused; null where there are none.</param>
/// <param name="Refusal">Why it did, or null.</param>
internal sealed record AskedJob(Bytes32 JobId, IReadOnlyList<uint> Prompt, IReadOnlyList<uint> Output, JobFinished? Finished, string? Refusal);

/// <summary>The demo user of a local network: asks in token ids, with its own key.</summary>
internal sealed class LocalUser : IDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    private readonly LocalNetwork _network;
    private readonly HttpClient _http;
    private readonly JobSigner _signer;

    /// <param name="network">The network.</param>
    /// <param name="key">Who asks; the network's funded user when null.</param>
    public LocalUser(LocalNetwork network, PrivateKey? key = null)
    {
        key ??= network.Keys.User;
        _network = network;
        _http = new HttpClient { BaseAddress = network.Sequencer.Address, Timeout = Timeout.InfiniteTimeSpan };
        Jobs = new HttpJobClient(_http, TimeSpan.FromSeconds(30), network.Chain.Clock);
        _signer = new JobSigner(Jobs, key.Address, key, PaymentKind.Credits, network.Chain.Clock);
    }

    /// <summary>The sequencer's job API.</summary>
    public HttpJobClient Jobs { get; }

    /// <summary>Waits until the sequencer offers the model.</summary>
    public async Task<(NodeInfo Node, ModelInfo Offer)> GetOfferAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            NodeInfo node = await Jobs.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            if (node.Models.Any(m => m.ModelId == _network.Model.Identity.ModelId))
                return (node, SequencerLink.RequireModel(node, _network.Model.Identity.ModelId));
            await Task.Delay(s_poll, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks and reads the answer to its end. An answer that the client's own checks refuse is reported, not thrown: its job may be posted all the same.</summary>
    /// <exception cref="JobApiException">The job failed.</exception>
    public async Task<AskedJob> AskAsync(JobPrompt prompt, CancellationToken cancellationToken)
    {
        (NodeInfo node, ModelInfo offer) = await GetOfferAsync(cancellationToken).ConfigureAwait(false);
        await using RunningJob running = await _signer.StartAsync(node, offer, prompt, cancellationToken).ConfigureAwait(false);
        AnswerReader reader = new(running, Jobs, node, offer, Secp256k1Recovery.Instance);
        string? refusal = null;
        try
        {
            await foreach (uint _ in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                // The reader keeps the tokens.
            }
        }
        catch (AnswerFaultException fault)
        {
            refusal = fault.Message;
        }
        JobFinished? finished = reader.Finished ?? await FinishedAsync(running.Submission, cancellationToken).ConfigureAwait(false);
        return new AskedJob(running.JobId, [.. prompt.Tokens.Span], reader.Tokens, finished, refusal);
    }

    // What the sequencer signed to an answer that the client refused, as evidence against it.
    private async Task<JobFinished?> FinishedAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        await foreach (JobEvent item in Jobs.SubmitAsync(submission, cancellationToken).ConfigureAwait(false))
        {
            if (item is JobFinished finished)
                return finished;
        }
        return null;
    }

    /// <summary>Waits until the sequencer says that a job is posted, and gives the index of its batch.</summary>
    /// <exception cref="FailureException"><c>timeout</c>.</exception>
    public async Task<ulong> WaitForBatchAsync(Bytes32 jobId, TimeSpan patience, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        string last = "unknown";
        try
        {
            while (true)
            {
                JsonElement? receipt = await Jobs.GetReceiptAsync(jobId, deadline.Token).ConfigureAwait(false);
                last = receipt?.GetProperty("status").GetString() ?? "unknown";
                if (last is "posted" or "final")
                    return receipt!.Value.GetProperty("batch").GetProperty("index").GetUInt64();
                await Task.Delay(s_poll, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FailureException(ExitCode.Timeout, "timeout", $"Job {jobId} was not posted in {patience.TotalSeconds} s; it is {last}.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signer.Dispose();
        _http.Dispose();
    }
}
