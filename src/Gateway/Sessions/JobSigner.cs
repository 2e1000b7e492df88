using System.Net;
using TeeTee.Attestation.Encryption;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Gateway.Sessions;

/// <summary>Signs requests for one user with its own key or a session key, and keeps the user's nonces apart. Safe from several threads.</summary>
/// <remarks>
/// Nonces and the cumulative voucher follow the sequencer's account, read before each request; requests of one user are signed and accepted
/// one after the other, because a voucher covers everything before it.
/// </remarks>
/// <param name="jobs">The sequencer.</param>
/// <param name="user">Who pays.</param>
/// <param name="signer">The user's key, or a session key that the contract knows.</param>
/// <param name="payment">What pays.</param>
/// <param name="clock">For deadlines.</param>
/// <param name="cap">Most wei that the user's cumulative spend may reach through this signer; null for what the account holds.</param>
public sealed class JobSigner(
    IJobClient jobs, Address user, IDigestSigner signer, PaymentKind payment, TimeProvider clock, UInt128? cap = null) : IDisposable
{
    private const int MostAttempts = 3;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ulong _lastNonce;

    /// <summary>Who pays.</summary>
    public Address User { get; } = user;

    /// <summary>Signs and submits one prompt, holding the user's turn until the sequencer has accepted or refused it.</summary>
    /// <exception cref="JobApiException">Refused or unreachable.</exception>
    public async Task<RunningJob> StartAsync(NodeInfo node, ModelInfo model, JobPrompt prompt, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    return await StartInTurnAsync(node, model, prompt, cancellationToken).ConfigureAwait(false);
                }
                catch (JobApiException fault) when (fault.Code == "nonce_used" && attempt < MostAttempts)
                {
                    // Another client of the same user was faster; the account shows the nonce that it took.
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends a job at <paramref name="outputTokens"/>, which the user is willing to pay for.</summary>
    /// <exception cref="JobApiException">Refused or unreachable.</exception>
    public Task<CancelOutcome> CancelAsync(NodeInfo node, Bytes32 jobId, uint outputTokens, CancellationToken cancellationToken)
    {
        Signed<CancelJob> signed = Domain(node).Sign(new CancelJob(jobId, outputTokens), signer);
        return jobs.CancelAsync(new JobCancellation(signed.Message, signed.Signature), cancellationToken);
    }

    /// <summary>
    /// Ends a job that nobody reads any longer at what was received, also one that may or may not have been accepted. Best effort:
    /// a job that cannot be reached runs to its natural end, which the voucher bounds.
    /// </summary>
    public async Task HangUpAsync(NodeInfo node, Bytes32 jobId, int received)
    {
        using CancellationTokenSource limit = new(s_farewell, clock);
        try
        {
            await CancelAsync(node, jobId, (uint)Math.Max(received, 1), limit.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is JobApiException or OperationCanceledException)
        {
            // Unknown, ended or out of reach: nothing is left to do.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<RunningJob> StartInTurnAsync(NodeInfo node, ModelInfo model, JobPrompt prompt, CancellationToken cancellationToken)
    {
        AccountInfo account = await jobs.GetAccountAsync(User, cancellationToken).ConfigureAwait(false);
        DataKey? key = prompt.Seal is null ? null : DataKey.Generate();
        JobRequest request = Request(node, model, prompt, account, key);
        RequireCap(request);
        Signed<JobRequest> signed = Domain(node).Sign(request, signer);
        Bytes32 jobId = Domain(node).Digest(request);
        (JobSubmission submission, SealedExchange? exchange) = Submission(signed, jobId, prompt, key);
        IAsyncEnumerator<JobEvent> events = jobs.SubmitAsync(submission, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            await MoveToAcceptanceAsync(events, jobId).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            await events.DisposeAsync().ConfigureAwait(false);
            exchange?.Dispose();
            if (fault is OperationCanceledException)
                await HangUpAsync(node, jobId, 0).ConfigureAwait(false);
            throw;
        }
        _lastNonce = request.Nonce;
        return new RunningJob(jobId, submission, prompt.Tokens, exchange, events);
    }

    private static (JobSubmission Submission, SealedExchange? Exchange) Submission(Signed<JobRequest> signed, Bytes32 jobId, JobPrompt prompt, DataKey? key)
    {
        JobRequest request = signed.Message;
        if (key is null || prompt.Seal is not { } seal)
            return (new JobSubmission(request, signed.Signature, [.. prompt.Tokens.Span]), null);
        SealedBinding binding = new(jobId, request.User, request.Nonce, request.ModelId);
        SealedExchange exchange = SealedExchange.Seal(key, binding, [seal.EncryptionKey, .. seal.Auditors], prompt.Tokens.Span, out byte[] input);
        return (new JobSubmission(request, signed.Signature, Sealed: input), exchange);
    }

    private static async Task MoveToAcceptanceAsync(IAsyncEnumerator<JobEvent> events, Bytes32 jobId)
    {
        if (!await events.MoveNextAsync().ConfigureAwait(false))
            throw new JobApiException(null, "internal", "The sequencer ended the stream before it accepted the job.");
        if (events.Current is JobAccepted accepted && accepted.JobId != jobId)
            throw new JobApiException(null, "internal", $"The sequencer accepted job {accepted.JobId}, {jobId} was signed.");
    }

    private void RequireCap(JobRequest request)
    {
        if (request.CumulativeMax > cap)
        {
            throw new JobApiException(HttpStatusCode.PaymentRequired, "insufficient_credit",
                $"The request may bring the cumulative spend to {request.CumulativeMax} wei, the key's cap is {cap}.");
        }
    }

    private JobRequest Request(NodeInfo node, ModelInfo model, JobPrompt prompt, AccountInfo account, DataKey? key)
    {
        ulong nonce = Math.Max(account.Nonce, _lastNonce) + 1;
        UInt128 maxFee = checked((UInt128)prompt.Tokens.Length * model.PromptPrice + (UInt128)prompt.MaxOutputTokens * model.OutputPrice);
        UInt128 committed = payment == PaymentKind.Credits
            ? account.Spent + account.Held
            : account.Earned - UInt128.Min(account.Earned, account.EarningsAvailable);
        return new JobRequest
        {
            User = User,
            Sequencer = node.Sequencer,
            Nonce = nonce,
            ModelId = model.ModelId,
            PromptTokensRoot = TokenCommitment.Root(prompt.Tokens.Span, key?.PromptSaltsOf(User, nonce, model.ModelId).PromptTokens),
            PromptTokens = (uint)prompt.Tokens.Length,
            MaxOutputTokens = prompt.MaxOutputTokens,
            StopTokens = [.. prompt.StopTokens.Order().Take(JobRequestRules.MostStopTokens)],
            Sampling = prompt.Sampling,
            PromptPrice = model.PromptPrice,
            OutputPrice = model.OutputPrice,
            MaxFee = maxFee,
            CumulativeMax = committed + maxFee,
            Deadline = (ulong)(clock.GetUtcNow() + s_deadline).ToUnixTimeSeconds(),
            Payment = payment,
            Privacy = key is null ? PrivacyMode.Public : PrivacyMode.Sealed,
        };
    }

    private static RollupDomain Domain(NodeInfo node) => new(node.ChainId, node.Rollup);
}
