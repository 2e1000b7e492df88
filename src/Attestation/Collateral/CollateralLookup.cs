using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Tls;

namespace TeeTee.Attestation.Collateral;

/// <summary>Finds the collateral that a quote needs.</summary>
public static class CollateralLookup
{
    /// <summary>What is held for the platform that a quote names; nothing of the quote is believed for it. Never blocks.</summary>
    /// <param name="provider">Where to look.</param>
    /// <param name="quote">The quote.</param>
    /// <param name="error">Why null was returned: the quote's own fault, or that nothing is held (stage <see cref="QuoteStage.TcbInfo"/>).</param>
    public static QuoteCollateral? FindFor(this ICollateralProvider provider, ReadOnlySpan<byte> quote, out QuoteError? error)
    {
        ArgumentNullException.ThrowIfNull(provider);
        if (!TdxQuote.TryParse(quote, out TdxQuote? parsed, out error))
            return null;
        if (!parsed.TryReadPlatform(out PlatformId platform, out string cause))
        {
            error = new QuoteError(QuoteStage.PckChain, cause);
            return null;
        }
        return Find(provider, platform, out error);
    }

    /// <summary>
    /// The same, but only for a quote whose PCK chain leads to the pinned root: whoever invents a platform neither makes a cache ask for it, nor
    /// passes for somebody whose collateral merely is not there.
    /// </summary>
    /// <param name="provider">Where to look.</param>
    /// <param name="quote">The quote.</param>
    /// <param name="root">The pinned root.</param>
    /// <param name="now">When the chain must be valid.</param>
    /// <param name="error">As above; stage <see cref="QuoteStage.TcbInfo"/> now says that the platform is genuine.</param>
    public static QuoteCollateral? FindFor(
        this ICollateralProvider provider, ReadOnlySpan<byte> quote, TrustedRoot root, DateTimeOffset now, out QuoteError? error)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(root);
        return QuotePlatform.TryRead(quote, root, now, out PlatformId platform, out error) ? Find(provider, platform, out error) : null;
    }

    private static QuoteCollateral? Find(ICollateralProvider provider, PlatformId platform, out QuoteError? error)
    {
        QuoteCollateral? held = provider.Find(platform);
        error = held is null
            ? new QuoteError(QuoteStage.TcbInfo, $"no collateral is held for FMSPC {platform.Fmspc} below the {platform.Authority} CA")
            : null;
        return held;
    }
}
