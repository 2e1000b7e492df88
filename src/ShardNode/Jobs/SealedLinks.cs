using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Links;

namespace TeeTee.ShardNode.Jobs;

/// <summary>A sealed job's key, ids and vectors pass only between enclaves that have shown each other what they are.</summary>
/// <param name="allowPlain">Development: links without attestation will do.</param>
internal sealed class SealedLinks(bool allowPlain)
{
    /// <exception cref="JobException">INVALID_REQUEST: the job is sealed and the link plain.</exception>
    public void Require(AdmittedJob job, PeerLink link)
    {
        if (job.Request.Privacy == PrivacyMode.Sealed && !link.Peer.IsAttested && !allowPlain)
            throw JobException.Invalid($"The job is sealed, and the link to slot {link.Peer.SlotId} is not attested.");
    }
}
