using System.Net;
using TeeTee.Cli.Commands;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Rollup.Messages;

namespace TeeTee.Cli.Bench;

/// <summary>Asks all questions at once through the client library, as a patient client does.</summary>
internal sealed class CrashClient : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly Devnet.Devnet _network;
    private readonly HttpClient _http;
    private readonly JobSigner _signer;

    public CrashClient(Devnet.Devnet network)
    {
        _network = network;
        _http = new HttpClient { BaseAddress = network.Sequencer, Timeout = Timeout.InfiniteTimeSpan };
        Jobs = new HttpJobClient(_http, s_patience, TimeProvider.System);
        _signer = new JobSigner(Jobs, network.Keys.User.Address, network.Keys.User, PaymentKind.Credits, TimeProvider.System);
    }

    /// <summary>The sequencer.</summary>
    public HttpJobClient Jobs { get; }

    /// <summary>What the sequencer serves; asked for before anything is killed.</summary>
    public async Task<(NodeInfo Node, ModelInfo Offer)> GetOfferAsync(CancellationToken cancellationToken)
    {
        NodeInfo node = await Jobs.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        return (node, SequencerLink.RequireModel(node, _network.Model.Identity.ModelId));
    }

    /// <summary>Asks one question and reads its answer to the verified end.</summary>
    public async Task<CrashAnswer> AskAsync(NodeInfo node, ModelInfo offer, CrashQuestion question, CrashProgress progress, CancellationToken cancellationToken)
    {
        JobPrompt prompt = new(question.Prompt, (uint)question.Answer.Count, [], Sampling.GreedyPick);
        await using RunningJob job = await StartAsync(node, offer, prompt, cancellationToken).ConfigureAwait(false);
        progress.Accept();
        AnswerReader reader = new(job, Jobs, node, offer, Secp256k1Recovery.Instance);
        await foreach (uint _ in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            progress.Take();
        progress.Answer();
        UInt128 fee = ((UInt128)question.Prompt.Length * offer.PromptPrice) + ((UInt128)question.Answer.Count * offer.OutputPrice);
        return new CrashAnswer(job.JobId, reader.Finished!.Fee, FaultOf(reader, question, fee));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signer.Dispose();
        _http.Dispose();
    }

    // A request that was refused for the moment was not accepted and may be signed again; one that was sent is sent again by the library itself.
    private async Task<RunningJob> StartAsync(NodeInfo node, ModelInfo offer, JobPrompt prompt, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _signer.StartAsync(node, offer, prompt, cancellationToken).ConfigureAwait(false);
            }
            catch (JobApiException fault) when (fault.Status is null or HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
            {
                await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static string? FaultOf(AnswerReader reader, CrashQuestion question, UInt128 fee)
    {
        if (!reader.Tokens.SequenceEqual(question.Answer))
            return $"{reader.Tokens.Count} tokens came that are not the {question.Answer.Count} undisturbed ones";
        return reader.Finished!.Fee == fee ? null : $"the fee is {reader.Finished.Fee} wei instead of {fee}";
    }
}
