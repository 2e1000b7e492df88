using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Tls;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;

namespace TeeTee.ShardProtocol.Links;

/// <summary>
/// Says who presents a certificate on a link of this rollup (protocol section 11): an attested shard or a vouched sequencer. Never blocks, so
/// that TLS callbacks can use it; what only the chain knows is for whoever serves the calls. Thread-safe.
/// </summary>
public sealed class LinkVerifier
{
    private readonly RollupDomain _domain;
    private readonly ISignatureRecovery _recovery;
    private readonly AttestedPeerVerifier _attested;
    private readonly TimeProvider _clock;

    /// <param name="domain">Chain and rollup that peers must be of.</param>
    /// <param name="recovery">Finds the signers of vouchers.</param>
    /// <param name="trust">Root, policy and collateral of quotes.</param>
    /// <param name="clock">The clock of validity.</param>
    public LinkVerifier(RollupDomain domain, ISignatureRecovery recovery, AttestedPeerOptions trust, TimeProvider clock)
    {
        (_domain, _recovery, _clock) = (domain, recovery, clock);
        _attested = new AttestedPeerVerifier(trust, ReportDataOf, clock);
    }

    /// <summary>Judges what a TLS stack has as the peer's certificate, if anything.</summary>
    public LinkVerdict Check(X509Certificate? certificate) => certificate is null
        ? LinkVerdict.Refuse(new PeerError(PeerStage.Certificate, "none was presented"))
        : Check(certificate.GetRawCertData());

    /// <summary>Judges a certificate, DER.</summary>
    public LinkVerdict Check(ReadOnlySpan<byte> der)
    {
        if (_attested.Find(der) is { } known)
            return Accept(known);
        if (!EvidenceCertificateReader.TryRead(der, out EvidenceCertificate? certificate, out string cause))
            return LinkVerdict.Refuse(new PeerError(PeerStage.Certificate, cause));
        return certificate.Evidence.IsAttested ? CheckAttested(der) : CheckVouched(certificate);
    }

    /// <summary>
    /// Judges a certificate again that was accepted before, cheaply enough for every second: a shard's by today's collateral where its verdict is
    /// too old. What vouches for a sequencer stays true, so that only its end is looked at: anybody can have such a certificate.
    /// </summary>
    /// <param name="der">The certificate.</param>
    /// <param name="earlier">The acceptance.</param>
    public LinkVerdict Review(ReadOnlySpan<byte> der, LinkVerdict earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (earlier.Caller is not VouchedSequencer)
            return Check(der);
        DateTimeOffset now = _clock.GetUtcNow();
        return now <= earlier.Expires
            ? earlier
            : LinkVerdict.Refuse(new PeerError(PeerStage.Validity, $"expired {earlier.Expires:u}, now {now:u}"));
    }

    private LinkVerdict CheckAttested(ReadOnlySpan<byte> der)
    {
        AttestedPeerVerdict verdict = _attested.Check(der);
        return verdict.Accepted ? Accept(verdict) : LinkVerdict.Refuse(verdict.Error);
    }

    private static LinkVerdict Accept(AttestedPeerVerdict verdict)
    {
        EvidenceCertificate certificate = verdict.Certificate!;
        _ = MessageCodec.TryDecode(certificate.Evidence.Claims.Span, out ShardClaims? claims);
        return LinkVerdict.Of(new AttestedShard(claims!), verdict.Expires, certificate.NotAfter - certificate.NotBefore);
    }

    private (byte[]? ReportData, string Fault) ReportDataOf(EvidenceCertificate certificate)
    {
        if (!MessageCodec.TryDecode(certificate.Evidence.Claims.Span, out ShardClaims? claims))
            return (null, $"{certificate.Evidence.Claims.Length} bytes are no shard claims");
        if (claims.ChainId != _domain.ChainId)
            return (null, $"it is of chain {claims.ChainId}, not {_domain.ChainId}");
        return claims.Rollup == _domain.Rollup
            ? (claims.ToReportData(certificate.PublicKeyHash, certificate.NotBefore, certificate.NotAfter), "")
            : (null, $"it is of rollup {claims.Rollup}, not {_domain.Rollup}");
    }

    private LinkVerdict CheckVouched(EvidenceCertificate certificate)
    {
        if (AttestedPeerCheck.FindValidityFault(certificate, _clock.GetUtcNow()) is { } invalid)
            return LinkVerdict.Refuse(new PeerError(PeerStage.Validity, invalid));
        if (!Signed<SequencerLink>.TryDecode(certificate.Evidence.Voucher.Span, out Signed<SequencerLink>? voucher))
            return LinkVerdict.Refuse(new PeerError(PeerStage.Claims, $"{certificate.Evidence.Voucher.Length} bytes are no signed voucher"));
        SequencerLink expected = SequencerVoucher.Message(certificate.PublicKeyHash, certificate.NotBefore, certificate.NotAfter);
        if (voucher.Message != expected)
            return LinkVerdict.Refuse(new PeerError(PeerStage.Claims, $"the voucher is for key {voucher.Message.PublicKeyHash} or another validity, not for this certificate of {expected.PublicKeyHash}"));
        return _domain.Signer(voucher, _recovery) is { } poster
            ? LinkVerdict.Of(new VouchedSequencer(poster), certificate.NotAfter, certificate.NotAfter - certificate.NotBefore)
            : LinkVerdict.Refuse(new PeerError(PeerStage.Claims, "the voucher is signed by no key"));
    }
}
