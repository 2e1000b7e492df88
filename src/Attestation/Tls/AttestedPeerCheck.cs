using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tls;

/// <summary>
/// Judges the certificate of an attested peer: form, validity, claims, collateral, then the quote over exactly this key, this validity and
/// these claims. That the peer holds the private key is TLS's to show. Pure: the first failure is the verdict.
/// </summary>
public static class AttestedPeerCheck
{
    /// <summary>The longest validity that counts as short-lived.</summary>
    public static readonly TimeSpan LongestValidity = TimeSpan.FromDays(7);

    /// <summary>Judges a certificate, DER.</summary>
    public static AttestedPeerVerdict Check(ReadOnlySpan<byte> der, AttestedPeerInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return EvidenceCertificateReader.TryRead(der, out EvidenceCertificate? certificate, out string cause)
            ? Check(certificate, input)
            : new AttestedPeerVerdict { Error = new PeerError(PeerStage.Certificate, cause) };
    }

    /// <summary>Judges a certificate that was read.</summary>
    public static AttestedPeerVerdict Check(EvidenceCertificate certificate, AttestedPeerInput input)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(input);
        AttestedPeerVerdict verdict = new() { Error = null, Certificate = certificate, Expires = certificate.NotAfter };
        if (FindValidityFault(certificate, input.Now) is { } invalid)
            return verdict with { Error = new PeerError(PeerStage.Validity, invalid) };
        if (!certificate.Evidence.IsAttested)
            return verdict with { Error = new PeerError(PeerStage.Certificate, "it carries no quote") };
        (byte[]? expected, string fault) = input.ReportData(certificate);
        return expected is null
            ? verdict with { Error = new PeerError(PeerStage.Claims, fault) }
            : CheckQuote(verdict, certificate.Evidence.Quote, expected, input);
    }

    /// <summary>Why a certificate is not to be used at this moment, or null.</summary>
    public static string? FindValidityFault(EvidenceCertificate certificate, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (now < certificate.NotBefore)
            return $"valid from {certificate.NotBefore:u}, now {now:u}";
        if (now > certificate.NotAfter)
            return $"expired {certificate.NotAfter:u}, now {now:u}";
        TimeSpan validity = certificate.NotAfter - certificate.NotBefore;
        return validity > LongestValidity ? $"valid for {validity.TotalHours} h; at most {LongestValidity.TotalHours} h" : null;
    }

    private static AttestedPeerVerdict CheckQuote(
        AttestedPeerVerdict verdict, ReadOnlyMemory<byte> quote, ReadOnlyMemory<byte> expected, AttestedPeerInput input)
    {
        if (!QuotePlatform.TryRead(quote.Span, input.Root, input.Now, out PlatformId platform, out QuoteError? error))
            return verdict with { Error = new PeerError(PeerStage.Quote, error.ToString()) };
        if (input.Collateral(platform) is not { } collateral)
        {
            string cause = $"no collateral is held for platform {platform.Fmspc} ({platform.Authority})";
            return verdict with { Error = new PeerError(PeerStage.Collateral, cause), Missing = platform };
        }
        QuoteVerdict judged = QuoteVerifier.Verify(quote.Span, new QuoteVerificationInput
        {
            Now = input.Now,
            Root = input.Root,
            Collateral = collateral,
            ExpectedReportData = expected,
            Policy = input.Policy,
        });
        return verdict with
        {
            Error = judged.Accepted ? null : new PeerError(PeerStage.Quote, judged.Error.ToString()),
            Quote = judged,
            Expires = judged.Expires < verdict.Expires ? judged.Expires : verdict.Expires,
        };
    }
}
