using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Sequencer.Accounts;

namespace TeeTee.Sequencer.Jobs;

/// <summary>Who signed, and whether it may: the user, or a session key that the contract knows.</summary>
internal sealed class RequestSigners(RollupDomain domain, SessionSource sessions)
{
    /// <summary>Checks the signature of a request.</summary>
    /// <param name="now">Unix seconds.</param>
    /// <exception cref="JobApiException"><c>bad_signature</c>, <c>insufficient_credit</c> for a session's cap, <c>overloaded</c> if the chain cannot be asked.</exception>
    public async Task CheckAsync(Signed<JobRequest> request, ulong now, CancellationToken cancellationToken)
    {
        Address user = request.Message.User;
        Address? signer = domain.Signer(request, Secp256k1Recovery.Instance);
        SessionGrant? grant = signer is { } key && key != user ? await SessionAsync(user, key, cancellationToken).ConfigureAwait(false) : null;
        if (JobRequestRules.CheckSigner(request, domain, Secp256k1Recovery.Instance, (_, _) => grant, now) is { } fault)
            throw Refusal.Of(fault);
    }

    /// <summary>Whether a cancellation is signed by the job's user or by the key that signed its request.</summary>
    public bool MayCancel(Signed<CancelJob> cancel, Signed<JobRequest> request)
    {
        Address? signer = domain.Signer(cancel, Secp256k1Recovery.Instance);
        return signer is not null && (signer == request.Message.User || signer == domain.Signer(request, Secp256k1Recovery.Instance));
    }

    private async Task<SessionGrant?> SessionAsync(Address user, Address key, CancellationToken cancellationToken)
    {
        try
        {
            return await sessions.GetAsync(user, key, cancellationToken).ConfigureAwait(false);
        }
        catch (ChainUnavailableException fault)
        {
            throw Refusal.Overloaded($"The session of {key} cannot be checked now: {fault.Message}");
        }
    }
}
