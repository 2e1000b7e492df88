using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Verifier.Judging;

/// <summary>Verifies the quotes of a batch: signatures up to the pinned root, TCB, and the report data that binds the epoch's receipts.</summary>
/// <remarks>
/// A quote is judged at the chain's time of posting, so that the outcome is the same whenever it is made, but with collateral that is held now.
/// Collateral that was signed after the posting is used as of its first second, if that is at most <see cref="Grace"/> later: Intel signs anew
/// at least every 30 days. Where it is later, where the collateral had run out at the posting, or where none is held, nothing can be said of the
/// batch: the verdict is <see cref="VerdictCause.CollateralMissing"/>, which accuses nobody.
/// </remarks>
internal sealed class QuoteJudge(VerifierOptions options, RollupDomain domain)
{
    /// <summary>How long after a posting collateral may have been signed that still judges it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(35);

    /// <summary>One verdict per quote, in order.</summary>
    /// <param name="postedAt">Unix seconds of the chain.</param>
    /// <exception cref="JudgementException">No collateral can judge a quote at that time.</exception>
    public IReadOnlyList<Rollup.Verification.QuoteVerdict> Judge(IReadOnlyList<QuoteItem> quotes, ulong postedAt)
    {
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(postedAt, (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
        return [.. quotes.Select(q => Judge(q, time))];
    }

    private Rollup.Verification.QuoteVerdict Judge(QuoteItem item, DateTimeOffset postedAt)
    {
        if (options.Collateral.FindFor(item.Quote.Span, out _) is not { } collateral)
            return JudgeWithout(item, postedAt);
        QuoteVerificationInput input = new()
        {
            Now = TimeOf(collateral, postedAt),
            Root = options.QuoteRoot,
            Collateral = collateral,
            ExpectedReportData = ReportData.ForEpoch(domain, item.Record),
            Policy = options.QuotePolicy with { AllowSimulated = options.AllowSimulated },
        };
        QuoteVerdict verdict = QuoteVerifier.Verify(item.Quote.Span, input);
        return verdict.Accepted ? Rollup.Verification.QuoteVerdict.Accepted : new Rollup.Verification.QuoteVerdict(false, $"{verdict.Error}");
    }

    /// <summary>A forged quote needs no collateral to be refused; else its forger had only to invent a platform, and no batch of his were ever judged.</summary>
    private Rollup.Verification.QuoteVerdict JudgeWithout(QuoteItem item, DateTimeOffset postedAt)
    {
        _ = options.Collateral.FindFor(item.Quote.Span, options.QuoteRoot, postedAt, out QuoteError? error);
        return error is null or { Stage: QuoteStage.TcbInfo }
            ? throw new JudgementException(VerdictCause.CollateralMissing, $"The quote of slot {item.Record.Slot} cannot be judged: {error?.Cause ?? "collateral has only just come"}.")
            : new Rollup.Verification.QuoteVerdict(false, $"{error}");
    }

    private DateTimeOffset TimeOf(QuoteCollateral collateral, DateTimeOffset postedAt)
    {
        CollateralWindow window = CollateralWindow.Of(collateral, options.QuoteRoot)
            ?? throw new JudgementException(VerdictCause.CollateralMissing, $"The collateral that is held is not signed up to {options.QuoteRoot}.");
        if (postedAt > window.Expires || window.Begins - postedAt > Grace)
        {
            throw new JudgementException(
                VerdictCause.CollateralMissing, $"The collateral that is held counts from {window.Begins:u} to {window.Expires:u}; the batch was posted {postedAt:u}.");
        }
        return postedAt < window.Begins ? window.Begins : postedAt;
    }
}
