using TeeTee.Attestation.Verification;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Verifier.Judging;

/// <summary>Verifies the quotes of a batch: signatures up to the pinned root, and the report data that binds the epoch's receipts.</summary>
internal sealed class QuoteJudge(VerifierOptions options, RollupDomain domain)
{
    /// <summary>One verdict per quote, in order.</summary>
    /// <param name="postedAt">Unix seconds; certificates are judged at the chain's time of posting, so that the outcome is the same whenever it is made.</param>
    public IReadOnlyList<Rollup.Verification.QuoteVerdict> Judge(IReadOnlyList<QuoteItem> quotes, ulong postedAt) =>
        [.. quotes.Select(q => Judge(q, postedAt))];

    private Rollup.Verification.QuoteVerdict Judge(QuoteItem item, ulong postedAt)
    {
        QuoteVerificationInput input = new()
        {
            Now = DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(postedAt, (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds())),
            Root = options.QuoteRoot,
            ExpectedReportData = ReportData.ForEpoch(domain, item.Record),
            Policy = new QuotePolicy { AllowSimulated = options.AllowSimulated },
        };
        QuoteVerdict verdict = QuoteVerifier.Verify(item.Quote.Span, input);
        return verdict.Accepted ? Rollup.Verification.QuoteVerdict.Accepted : new Rollup.Verification.QuoteVerdict(false, $"{verdict.Error}");
    }
}
