using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Rollup.Verification;

/// <summary>Rules between a leaf, its request and the request's signer.</summary>
internal static class RequestRules
{
    public static void Check(LeafCheck check)
    {
        check.Equal(LeafFault.JobIdMismatch, check.JobId, check.Receipt.JobId);
        check.Equal(LeafFault.RequestHashMismatch, check.Leaf.Request.Hash(), check.Receipt.RequestHash);
        check.Equal(LeafFault.SequencerMismatch, check.Context.Sequencer, check.Request.Sequencer);
        check.Equal(LeafFault.PromptTokensMismatch, check.Request.PromptTokens, check.Receipt.PromptTokens);
        CheckForm(check);
        CheckSigner(check);
    }

    /// <summary>The signer of a message of this job if it is not the user or one of its sessions; null if it is.</summary>
    public static string? WrongSigner<T>(LeafCheck check, Signed<T> signed)
        where T : class, ITypedMessage<T>
    {
        Address? signer = check.Context.Domain.Signer(signed, check.Context.Recovery);
        if (signer == check.Request.User)
            return null;
        SessionGrant? session = signer is { } key ? check.Context.View.Session(check.Request.User, key) : null;
        bool allowed = session is not null && session.IsActiveAt(Time(check)) && check.Request.CumulativeMax <= session.Cap;
        return allowed ? null : signer?.ToString() ?? "no key";
    }

    private static void CheckForm(LeafCheck check)
    {
        if (check.Model is null)
        {
            check.Add(LeafFault.ModelUnknown, "a listed model", $"{check.Request.ModelId}");
            return;
        }

        RequestFault? fault = JobRequestRules.CheckForm(check.Request, check.Model);
        if (fault is not null)
            check.Add(LeafFault.RequestRuleBroken, "protocol section 4", $"{fault.Code}: {fault.Message}");
    }

    private static void CheckSigner(LeafCheck check)
    {
        RequestFault? fault = JobRequestRules.CheckSigner(
            check.Leaf.Request, check.Context.Domain, check.Context.Recovery, check.Context.View.Session, Time(check));
        if (fault is not null)
            check.Add(LeafFault.RequestSignerInvalid, "the user or its session key", $"{fault.Code}: {fault.Message}");
    }

    private static ulong Time(LeafCheck check) =>
        check.Context.PostedAt - Math.Min(check.Context.PostedAt, check.Context.SessionGraceSeconds);
}
