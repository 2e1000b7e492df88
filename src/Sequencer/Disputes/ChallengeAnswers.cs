using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Disputes;

/// <summary>Makes answers to challenges from the stored batch data alone.</summary>
internal sealed class ChallengeAnswers(BatchStore batches)
{
    /// <summary>Calldata of the answer.</summary>
    /// <returns>False with a cause if this database has not what the answer needs.</returns>
    public bool TryMake(QuoteChallengesContract contract, QuoteChallenge challenge, [NotNullWhen(true)] out byte[]? data, out string cause)
    {
        ArgumentNullException.ThrowIfNull(contract);
        ArgumentNullException.ThrowIfNull(challenge);
        data = null;
        if (!TryRead(challenge, out ImmutableArray<QuoteItem> quotes, out cause))
            return false;
        QuoteItem quote = quotes[(int)challenge.QuoteIndex];
        if (!TdxEvidence.TryCreate(quote.Quote.Span, out TdxEvidence? evidence, out cause))
            return false;
        ImmutableArray<Bytes32> proof = new QuoteTree(quotes.Select(q => q.Record)).Prove((int)challenge.QuoteIndex);
        data = contract.Answer(challenge.Id, quote.Record, proof, evidence);
        return true;
    }

    private bool TryRead(QuoteChallenge challenge, out ImmutableArray<QuoteItem> quotes, out string cause)
    {
        quotes = [];
        cause = "";
        if (batches.Find(challenge.BatchHash) is not { } batch)
        {
            cause = $"this database has no batch {challenge.BatchHash}";
            return false;
        }

        List<QuoteItem> found = [];
        foreach (byte[] item in batches.Items(batch.Index, DataKind.Quote, leaf: null))
        {
            if (QuoteItem.TryDecode(item, out QuoteItem? quote))
                found.Add(quote);
        }

        quotes = [.. found];
        if (new QuoteTree(quotes.Select(q => q.Record)).Root != challenge.QuotesRoot || challenge.QuoteIndex >= quotes.Length)
            cause = $"the stored quotes of batch {batch.Index} do not lead to its quotes root";
        return cause.Length == 0;
    }
}
