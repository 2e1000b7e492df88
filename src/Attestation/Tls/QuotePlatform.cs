using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Tls;

/// <summary>
/// Which platform a quote comes from, told only where its PCK chain leads to the pinned root: else anybody could make a service ask a
/// provisioning service for platforms that do not exist. Pure.
/// </summary>
internal static class QuotePlatform
{
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, TrustedRoot root, DateTimeOffset now, out PlatformId platform, [NotNullWhen(false)] out QuoteError? error)
    {
        platform = default;
        if (!TdxQuote.TryParse(bytes, out TdxQuote? quote, out error))
            return false;
        if (!PckChain.TryVerify(quote.Signature.PckChainPem, root, now, known: null, out PckChain? chain, out string cause))
        {
            error = new QuoteError(QuoteStage.PckChain, cause);
            return false;
        }
        // The chain's rules have already asked for one of the two names.
        _ = PckAuthorities.TryFind(chain.Intermediate.CommonName, out PckAuthority authority, out _);
        platform = new PlatformId(Convert.ToHexStringLower(chain.Extension.Fmspc.Span), authority);
        return true;
    }
}
