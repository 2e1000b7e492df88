using TeeTee.Attestation.Tls;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;

namespace TeeTee.ShardProtocol.Links;

/// <summary>Makes the evidence of a sequencer's certificate: the poster key signs the TLS key and its validity.</summary>
public static class SequencerVoucher
{
    /// <summary>Signs for a draft.</summary>
    public static CertificateEvidence Create(CertificateDraft draft, RollupDomain domain, IDigestSigner poster)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(domain);
        return CertificateEvidence.Vouched(domain.Sign(Message(draft.PublicKeyHash, draft.NotBefore, draft.NotAfter), poster).Encode());
    }

    internal static SequencerLink Message(Bytes32 publicKeyHash, DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        new(publicKeyHash, (ulong)notBefore.ToUnixTimeSeconds(), (ulong)notAfter.ToUnixTimeSeconds());
}
