using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Poea;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Disputes;

/// <summary>
/// Asks the contract's own verifier about a quote before it gets into a batch: a challenge will be decided there, whatever the
/// collateral here says. The chain judges by the last second of the quote's epoch and never changes what it says of the past, so a quote
/// that passes can always be defended.
/// </summary>
internal sealed class ContractQuoteJudge(BatchingOptions options, ChainConnection chain)
{
    /// <summary>Why the contract would not take the quote as an answer; null if it would.</summary>
    public async Task<string?> FindFaultAsync(QuoteItem quote, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(quote);
        if (!TdxEvidence.TryCreate(quote.Quote.Span, out TdxEvidence? evidence, out string cause))
            return cause;
        RollupParameters parameters = await chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        BlockHeader head = await chain.GetHeadAsync(cancellationToken).ConfigureAwait(false);
        var block = BlockTag.Hash(head.Hash);
        ulong time = JudgedAt(quote.Record.Epoch, parameters.EpochSeconds, head.Timestamp);
        Address verifier = await chain.Rollup.GetQuoteVerifierAsync(time, block, cancellationToken).ConfigureAwait(false);
        byte[] reportData = ReportData.ForEpoch(options.Deployment.Domain(), quote.Record);
        string? fault = await new QuoteVerifierContract(chain.Client, verifier)
            .FindFaultAsync(evidence, reportData, time, block, cancellationToken).ConfigureAwait(false);
        return fault is null ? null : $"the contract's verifier refuses it: {fault}";
    }

    // As QuoteChallenges.judgedAt of a batch that is posted now; the epoch is a host's number and may be absurd.
    private static ulong JudgedAt(ulong epoch, ulong epochSeconds, ulong now) =>
        epoch >= now / epochSeconds ? now : ((epoch + 1) * epochSeconds) - 1;
}
