using System.Collections.Immutable;
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
public sealed class JobSigner(IJobClient jobs, Address user, IDigestSigner signer, PaymentKind payment, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);
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
            return await StartInTurnAsync(node, model, prompt, cancellationToken).ConfigureAwait(false);
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

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<RunningJob> StartInTurnAsync(NodeInfo node, ModelInfo model, JobPrompt prompt, CancellationToken cancellationToken)
    {
        AccountInfo account = await jobs.GetAccountAsync(User, cancellationToken).ConfigureAwait(false);
        JobRequest request = Request(node, model, prompt, account);
        Signed<JobRequest> signed = Domain(node).Sign(request, signer);
        JobSubmission submission = new(signed.Message, signed.Signature, [.. prompt.Tokens.Span]);
        IAsyncEnumerator<JobEvent> events = jobs.SubmitAsync(submission, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            if (!await events.MoveNextAsync().ConfigureAwait(false))
                throw new JobApiException(null, "internal", "The sequencer ended the stream before it accepted the job.");
        }
        catch
        {
            await events.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        _lastNonce = request.Nonce;
        return new RunningJob(Domain(node).Digest(request), submission, events);
    }

    private JobRequest Request(NodeInfo node, ModelInfo model, JobPrompt prompt, AccountInfo account)
    {
        UInt128 maxFee = checked((UInt128)prompt.Tokens.Length * model.PromptPrice + (UInt128)prompt.MaxOutputTokens * model.OutputPrice);
        UInt128 committed = payment == PaymentKind.Credits
            ? account.Spent + account.Held
            : account.Earned - UInt128.Min(account.Earned, account.EarningsAvailable);
        return new JobRequest
        {
            User = User,
            Sequencer = node.Sequencer,
            Nonce = Math.Max(account.Nonce, _lastNonce) + 1,
            ModelId = model.ModelId,
            PromptTokensRoot = TokenCommitment.Root(prompt.Tokens.Span),
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
            Privacy = PrivacyMode.Public,
        };
    }

    private static RollupDomain Domain(NodeInfo node) => new(node.ChainId, node.Rollup);
}
