using System.Security.Cryptography;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Tls;
using TeeTee.Attestation.Verification;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Security;

/// <summary>
/// Whether this shard would pass where it sends others away: a fresh quote of its own under its own root, policy and collateral. Peers are told
/// the same ones, and refuse without a word to the refused.
/// </summary>
internal static class OwnQuoteCheck
{
    /// <summary>Judges a fresh quote.</summary>
    /// <exception cref="FailureException"><c>no_quote</c>, <c>collateral_unavailable</c>, or <c>own_quote_refused</c> naming stage and cause.</exception>
    public static async Task RunAsync(IQuoteSource quotes, AttestedPeerOptions trust, TimeProvider clock, CancellationToken cancellationToken)
    {
        // Random report data has no purpose: the quote serves nobody.
        byte[] report = RandomNumberGenerator.GetBytes(2 * Bytes32.Size);
        byte[] quote = await QuoteAsync(quotes, report, cancellationToken);
        if (!TdxQuote.TryParse(quote, out TdxQuote? parsed, out QuoteError? error))
            throw Refused(error);
        if (!parsed.TryReadPlatform(out PlatformId platform, out string cause))
            throw Refused(new QuoteError(QuoteStage.PckChain, cause));
        QuoteCollateral collateral = await CollateralAsync(trust.Collateral, platform, cancellationToken);
        QuoteVerdict verdict = QuoteVerifier.Verify(quote, new QuoteVerificationInput
        {
            Now = clock.GetUtcNow(),
            Root = trust.Root,
            Collateral = collateral,
            ExpectedReportData = report,
            Policy = trust.Policy,
        });
        if (!verdict.Accepted)
            throw Refused(verdict.Error);
    }

    private static async Task<byte[]> QuoteAsync(IQuoteSource quotes, byte[] report, CancellationToken cancellationToken)
    {
        try
        {
            return await quotes.GetQuoteAsync(report, cancellationToken);
        }
        catch (IOException e)
        {
            throw new FailureException(ExitCode.Unreachable, "no_quote", $"No quote of this machine can be had: {e.Message}", e);
        }
    }

    private static async Task<QuoteCollateral> CollateralAsync(ICollateralProvider provider, PlatformId platform, CancellationToken cancellationToken)
    {
        try
        {
            return await provider.GetAsync(platform, cancellationToken);
        }
        catch (CollateralUnavailableException e)
        {
            throw new FailureException(
                ExitCode.Unavailable, "collateral_unavailable", $"This machine's platform {platform.Fmspc} ({platform.Authority}) cannot be judged: {e.Message}", e);
        }
    }

    private static FailureException Refused(QuoteError error) => new(
        ExitCode.VerificationFailed, "own_quote_refused", $"This machine's own quote does not pass this shard's root, policy and collateral: {error}. Others would refuse it too.");
}
