using TeeTee.Attestation.Quotes;

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
        QuoteCollateral? held = provider.Find(platform);
        if (held is null)
            error = new QuoteError(QuoteStage.TcbInfo, $"no collateral is held for FMSPC {platform.Fmspc} below the {platform.Authority} CA");
        return held;
    }
}
