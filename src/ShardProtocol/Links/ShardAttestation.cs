using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Tls;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;

namespace TeeTee.ShardProtocol.Links;

/// <summary>Makes the evidence of a shard's certificate: a quote over the TLS key, its validity and the claims.</summary>
public static class ShardAttestation
{
    /// <summary>Has a draft quoted.</summary>
    /// <exception cref="IOException">The quote source cannot be reached or refuses.</exception>
    public static async Task<CertificateEvidence> CreateAsync(
        CertificateDraft draft, ShardClaims claims, IQuoteSource quotes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(quotes);
        byte[] reportData = claims.ToReportData(draft.PublicKeyHash, draft.NotBefore, draft.NotAfter);
        byte[] quote = await quotes.GetQuoteAsync(reportData, cancellationToken).ConfigureAwait(false);
        return CertificateEvidence.Attested(quote, claims.Encode());
    }
}
