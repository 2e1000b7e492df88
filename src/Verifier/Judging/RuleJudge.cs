using TeeTee.Ethereum;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Models;

namespace TeeTee.Verifier.Judging;

/// <summary>Gathers what the contracts held when a batch was posted and applies the pure rules.</summary>
internal sealed class RuleJudge(ChainQuorum quorum, RollupDomain domain, ModelLibrary models, QuoteJudge quotes)
{
    /// <summary>All rules but re-execution.</summary>
    public async Task<(BatchJudgement Judgement, IRollupView View)> CheckAsync(
        BatchPosting posting, BatchData data, AccountTree parent, CancellationToken cancellationToken)
    {
        BatchContext context = await JudgedContextAsync(posting, data, parent, cancellationToken);
        return (BatchRules.Check(posting.Header, data, context), context.View);
    }

    /// <summary>What the rules are judged in, quotes included.</summary>
    public async Task<BatchContext> JudgedContextAsync(BatchPosting posting, BatchData data, AccountTree parent, CancellationToken cancellationToken)
    {
        BatchContext context = await ContextAsync(posting, data, parent, cancellationToken);
        return context with { Quotes = quotes.Judge(data.Quotes, posting.PostedAt) };
    }

    /// <summary>The state after a batch whatever its quotes are worth; null if its accounting does not hold.</summary>
    public async Task<AccountTree?> ApplyAsync(BatchPosting posting, BatchData data, AccountTree parent, CancellationToken cancellationToken)
    {
        BatchContext context = await ContextAsync(posting, data, parent, cancellationToken);
        return BatchRules.Check(posting.Header, data, context).StateAfter;
    }

    private async Task<BatchContext> ContextAsync(BatchPosting posting, BatchData data, AccountTree parent, CancellationToken cancellationToken)
    {
        var block = BlockTag.Hash(posting.BlockHash);
        var needs = SnapshotNeeds.Of(data, domain, Secp256k1Recovery.Instance);
        string what = $"the state at block {posting.BlockNumber}";
        RollupParameters parameters = await quorum.AgreeAsync(e => e.Rollup.GetParametersAsync(block, cancellationToken), what, p => $"{p}");
        RollupSnapshot view = await quorum.AgreeAsync(
            e => new SnapshotReader(e.Registry, e.Credits, VocabularySize).ReadAsync(needs, posting.PostedAt, block, cancellationToken),
            what,
            SnapshotText.Of);
        return new BatchContext
        {
            Domain = domain,
            Sequencer = posting.Poster,
            PostedAt = posting.PostedAt,
            Parent = parent,
            SequencerShareBps = parameters.SequencerShareBps,
            SessionGraceSeconds = parameters.WithdrawalMargin,
            View = view,
            Recovery = Secp256k1Recovery.Instance,
            Quotes = [.. data.Quotes.Select(_ => QuoteVerdict.Accepted)],
        };
    }

    // Of a listed model that is not held only the vocabulary is unknown: its jobs are judged without that bound rather than as unlisted.
    private uint? VocabularySize(Primitives.Bytes32 modelId) => models.VocabularySize(modelId) ?? uint.MaxValue;
}
