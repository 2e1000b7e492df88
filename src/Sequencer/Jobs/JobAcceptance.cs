using TeeTee.Gateway.Jobs;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Accounts;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Jobs;

/// <summary>
/// Decides whether a job is taken. Everything that can be judged alone is judged first; nonce, voucher and credit are judged in the one
/// transaction that stores the job and holds its greatest fee, so that of two requests for the same money one wins.
/// </summary>
internal sealed class JobAcceptance(
    SequencerOptions options, RollupParameters parameters, ShardPool pool, JobHub hub, JobStore store, RequestSigners signers, CreditSource credits)
{
    private ulong Now => (ulong)options.Clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Stores the job as running.</summary>
    /// <returns>False if this very request was stored meanwhile.</returns>
    /// <exception cref="JobApiException">Refused, and nothing is stored or held.</exception>
    public async Task<bool> AcceptAsync(JobSubmission submission, Bytes32 jobId, CancellationToken cancellationToken)
    {
        JobRequest request = submission.Request;
        ulong now = Now;
        Pipeline pipeline = PipelineFor(request);
        if (JobRequestRules.CheckAdmission(request, pipeline.Model, options.Key.Address, now) is { } fault)
            throw Refusal.Of(fault);
        CheckOwnRules(request, pipeline);
        Signed<JobRequest> signed = new(request, submission.Signature);
        await signers.CheckAsync(signed, now, cancellationToken).ConfigureAwait(false);
        JobInput input = JobInputs.Read(submission, pipeline.Model);
        if (hub.CountOf(request.ModelId) >= pipeline.Capacity)
            throw Refusal.Overloaded($"{pipeline.Offer.Name} runs {pipeline.Capacity} jobs, as many as its shards take.");
        StoredJob job = new()
        {
            JobId = jobId,
            State = JobState.Running,
            Request = signed,
            Input = input,
            Hold = request.MaxFee,
            AcceptedAt = now,
            PostBefore = now + PostingSeconds(),
        };
        return await StoreAsync(job, cancellationToken).ConfigureAwait(false);
    }

    private Pipeline PipelineFor(JobRequest request)
    {
        if (options.Models.All(offer => offer.ModelId != request.ModelId))
            throw Refusal.ModelNotFound($"Model {request.ModelId} is not on offer.");
        return pool.PipelineOf(request.ModelId) ?? throw Refusal.ShardUnavailable($"No complete pipeline of shards serves model {request.ModelId} now.");
    }

    private static void CheckOwnRules(JobRequest request, Pipeline pipeline)
    {
        // SQLite's integers are signed; 2^63 requests of one user are not in reach.
        if (request.Nonce > long.MaxValue)
            throw Refusal.Invalid($"nonce is {request.Nonce}; at most {long.MaxValue}.");
        ModelOffer offer = pipeline.Offer;
        if (request.PromptPrice < offer.PromptPrice)
            throw Refusal.Invalid($"promptPrice is {request.PromptPrice} wei; {offer.Name} asks {offer.PromptPrice}.");
        if (request.OutputPrice < offer.OutputPrice)
            throw Refusal.Invalid($"outputPrice is {request.OutputPrice} wei; {offer.Name} asks {offer.OutputPrice}.");
    }

    private ulong PostingSeconds()
    {
        ulong wanted = options.Times.PostBefore is { } own ? (ulong)own.TotalSeconds : parameters.PostBeforeHorizon;
        return Math.Min(wanted, parameters.PostBeforeHorizon);
    }

    private async Task<bool> StoreAsync(StoredJob job, CancellationToken cancellationToken)
    {
        UInt128 spendable = await SpendableAsync(job, fresh: false, cancellationToken).ConfigureAwait(false);
        AcceptResult result = store.Accept(job, spendable, options.Limits);
        if (result.Outcome == AcceptOutcome.CreditTooSmall)
        {
            spendable = await SpendableAsync(job, fresh: true, cancellationToken).ConfigureAwait(false);
            result = store.Accept(job, spendable, options.Limits);
        }
        return result.Outcome switch
        {
            AcceptOutcome.Accepted => true,
            AcceptOutcome.Exists => false,
            _ => throw Refuse(job.Request.Message, result, spendable),
        };
    }

    private async Task<UInt128> SpendableAsync(StoredJob job, bool fresh, CancellationToken cancellationToken)
    {
        if (options.Faults?.Is(FaultKind.Overdraft) is true)
            return UInt128.MaxValue;
        try
        {
            return await credits.GetAsync(job.Request.Message.User, job.Request.Message.Payment, fresh, cancellationToken).ConfigureAwait(false);
        }
        catch (ChainUnavailableException fault)
        {
            throw Refusal.Overloaded($"The credit cannot be checked now: {fault.Message}");
        }
    }

    private JobApiException Refuse(JobRequest request, AcceptResult result, UInt128 spendable)
    {
        (UInt128 charged, UInt128 held) = (result.Totals.Charged, result.Totals.Held);
        string needed = $"charged {charged}, held {held} and maxFee {request.MaxFee} wei";
        string source = request.Payment == PaymentKind.Credits ? "the credit" : "the reserved earnings";
        return result.Outcome switch
        {
            AcceptOutcome.NonceUsed => Refusal.NonceUsed($"nonce {request.Nonce} is not above {result.Totals.Nonce}."),
            AcceptOutcome.VoucherTooSmall => Refusal.Credit($"{needed} together pass cumulativeMax {request.CumulativeMax}."),
            AcceptOutcome.CreditTooSmall => Refusal.Credit($"{needed} together pass {source} of {spendable} wei."),
            AcceptOutcome.UserBusy => Refusal.RateLimited($"{request.User} has {options.Limits.MaxJobsPerUser} jobs running, the most it may."),
            _ => Refusal.Overloaded($"{options.Limits.MaxJobs} jobs are running, the most there may be."),
        };
    }
}
