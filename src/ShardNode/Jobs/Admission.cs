using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Faults;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>Decides from a signed request, a pipeline and the chain whether this shard may run a job.</summary>
/// <param name="faults">What a development network has this shard do wrong; null otherwise.</param>
internal sealed class Admission(ShardSelf self, IChainView chain, PipelineRegistry registry, TimeProvider clock, ShardFaults? faults = null)
{
    /// <exception cref="JobException">A rule is broken, or a session or a slot of the pipeline cannot be checked now.</exception>
    public async Task<AdmittedJob> AdmitAsync(
        Signed<JobRequest> signed, IReadOnlyList<PipelineSlot> pipeline, ulong postBefore, CancellationToken cancellationToken)
    {
        ulong now = (ulong)clock.GetUtcNow().ToUnixTimeSeconds();
        if (JobRequestRules.CheckForm(signed.Message, self.Model) is { } fault)
            throw JobException.Invalid($"{fault.Code}: {fault.Message}");
        Address signer = await CheckSignerAsync(signed, now, cancellationToken);
        if (now > signed.Message.Deadline)
            throw new JobException(JobFailure.Expired, $"The deadline {signed.Message.Deadline} has passed; it is {now}.", false);
        if (postBefore <= now)
            throw JobException.Invalid($"postBefore {postBefore} has passed; it is {now}.");
        IReadOnlyList<Stage> stages = PipelineReader.Read(pipeline, self, out int index);
        uint limit = JobRequestRules.EffectiveOutputLimit(signed.Message, self.Model.ContextLength);
        if (limit == 0)
            throw JobException.Invalid("The request leaves no room for one output token.");
        AdmittedJob job = new(self.Domain.Digest(signed.Message), signed, signer, stages, index, limit, postBefore);
        CheckMessages(job);
        await registry.CheckAsync(stages, cancellationToken);
        return faults?.Admit(job) ?? job;
    }

    /// <summary>Whether a cancellation is signed by the job's user or the key that signed its request.</summary>
    public static bool IsCancelSigned(RollupDomain domain, AdmittedJob job, Signed<CancelJob> cancel) =>
        cancel.Message.JobId == job.JobId && cancel.Message.OutputTokens > 0
        && domain.Signer(cancel, Secp256k1Recovery.Instance) is { } by && (by == job.Request.User || by == job.Signer);

    private async Task<Address> CheckSignerAsync(Signed<JobRequest> signed, ulong now, CancellationToken cancellationToken)
    {
        Address user = signed.Message.User;
        Address? signer = self.Domain.Signer(signed, Secp256k1Recovery.Instance);
        SessionGrant? grant = signer is null || signer == user ? null : await SessionAsync(user, signer.Value, cancellationToken);
        RequestFault? fault = JobRequestRules.CheckSigner(signed, self.Domain, Secp256k1Recovery.Instance, (_, _) => grant, now);
        return fault is null ? signer!.Value : throw JobException.Invalid($"{fault.Code}: {fault.Message}");
    }

    private async Task<SessionGrant?> SessionAsync(Address user, Address key, CancellationToken cancellationToken)
    {
        try
        {
            return await chain.GetSessionAsync(user, key, cancellationToken);
        }
        catch (ChainUnavailableException e)
        {
            throw new JobException(
                JobFailure.Overloaded, $"The session of {key} for {user} cannot be checked: {e.Message}", true, cause: e);
        }
    }

    /// <summary>A job whose last message would pass the limit must not be started.</summary>
    private void CheckMessages(AdmittedJob job)
    {
        long perPosition = ((Bytes32.Size + TraceOpenings.Size) * (long)job.Pipeline.Count) + sizeof(uint);
        long most = (perPosition * job.MaxPositions) + 65_536;
        if (most > self.Limits.MaxMessageBytes)
            throw JobException.Invalid($"{job.MaxPositions} positions over {job.Pipeline.Count} slots may need {most} bytes in one message; the limit is {self.Limits.MaxMessageBytes}.");
    }
}
