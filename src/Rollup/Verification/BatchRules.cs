using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Rollup.Verification;

/// <summary>
/// The whole pure judgement of a batch: form, roots, quotes (by the given verdicts), every leaf and the accounting. What is left is
/// re-execution. The first wrong accounting step is reported; the ones after it are not judged, because they build on it.
/// </summary>
public static class BatchRules
{
    /// <summary>The broken rules; none of an honest batch.</summary>
    /// <exception cref="ArgumentException">Not one quote verdict per quote.</exception>
    public static BatchJudgement Check(BatchHeader header, BatchData data, BatchContext context)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(context);
        if (context.Quotes.Count != data.Quotes.Length)
            throw new ArgumentException($"{context.Quotes.Count} verdicts for {data.Quotes.Length} quotes.", nameof(context));
        List<BatchFinding> findings = [.. CheckHeader(header, data), .. CheckQuotes(data, context)];
        for (int i = 0; i < data.Leaves.Length; i++)
            findings.AddRange(LeafRules.Check(data.Leaves[i], data.Quotes, context).Select(f => BatchFinding.Of((uint)i, f)));
        AccountTree? after = CheckAccounting(data, context, findings);
        return new BatchJudgement([.. findings], after);
    }

    /// <summary>Applies one leaf to the state as <see cref="Check"/> does; the leaf must have passed <see cref="LeafRules"/>.</summary>
    public static AccountingResult? Apply(AccountTree before, BatchLeaf leaf, BatchContext context)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        ArgumentNullException.ThrowIfNull(context);
        JobRequest request = leaf.Request.Message;
        if (leaf.Receipt.Finish == FinishReason.Void)
            return AccountingStep.ApplyVoid(before, request);
        ModelLimits? model = context.View.Model(request.ModelId);
        IReadOnlyList<Slot>? slots = LeafRules.Pipeline(leaf, context.View);
        if (model is null || slots is null)
            return null;
        AccountingTerms terms = new(context.Sequencer, context.SequencerShareBps, model.LayerCount);
        return AccountingStep.Apply(before, request, leaf.Receipt.Fee, slots, terms, Available(request, context.View));
    }

    /// <summary>What the request's payment source holds.</summary>
    public static UInt128 Available(JobRequest request, IRollupView view)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(view);
        return request.Payment == PaymentKind.Credits ? view.Credits(request.User) : view.SpendableEarnings(request.User);
    }

    private static IEnumerable<BatchFinding> CheckHeader(BatchHeader header, BatchData data)
    {
        if (header.Version != BatchHeader.CurrentVersion)
            yield return BatchFinding.Of(BatchFault.VersionUnknown, BatchHeader.CurrentVersion, header.Version);
        if (data.Leaves.IsEmpty)
            yield return BatchFinding.Of(BatchFault.Empty, "at least 1 receipt", 0);
        var chunks = data.Chunks();
        Bytes32 dataRoot = new DataManifest([.. chunks.Select(c => c.Record)]).Root();
        (BatchFault Fault, object Expected, object Actual)[] comparisons =
        [
            (BatchFault.CountMismatch, (uint)data.Leaves.Length, header.Count),
            (BatchFault.ReceiptsRootMismatch, data.ReceiptsRoot(), header.ReceiptsRoot),
            (BatchFault.QuoteCountMismatch, (uint)data.Quotes.Length, header.QuoteCount),
            (BatchFault.QuotesRootMismatch, data.QuotesRoot(), header.QuotesRoot),
            (BatchFault.ChunkCountMismatch, (uint)chunks.Length, header.ChunkCount),
            (BatchFault.DataRootMismatch, dataRoot, header.DataRoot),
            (BatchFault.StateRootMismatch, data.Leaves.LastOrDefault()?.Receipt.StateRootAfter ?? header.StateRoot, header.StateRoot),
        ];
        foreach (var (fault, expected, actual) in comparisons)
        {
            if (!expected.Equals(actual))
                yield return BatchFinding.Of(fault, expected, actual);
        }
    }

    private static IEnumerable<BatchFinding> CheckQuotes(BatchData data, BatchContext context)
    {
        HashSet<(uint, Address, ulong)> seen = [];
        for (int i = 0; i < data.Quotes.Length; i++)
        {
            QuoteRecord record = data.Quotes[i].Record;
            Bytes32 hash = Keccak256.Hash(data.Quotes[i].Quote.Span);
            if (hash != record.QuoteHash)
                yield return BatchFinding.Of(BatchFault.QuoteHashMismatch, hash, $"{record.QuoteHash} of quote {i}");
            if (!seen.Add((record.Slot, record.Operator, record.Epoch)))
                yield return BatchFinding.Of(BatchFault.QuoteRepeated, "one quote per slot and epoch", $"quote {i}, slot {record.Slot}, epoch {record.Epoch}");
            if (!context.Quotes[i].IsAccepted)
                yield return BatchFinding.Of(BatchFault.QuoteRejected, "an accepted quote", $"quote {i}: {context.Quotes[i].Cause}");
        }
    }

    private static AccountTree? CheckAccounting(BatchData data, BatchContext context, List<BatchFinding> findings)
    {
        AccountTree tree = context.Parent;
        for (int i = 0; i < data.Leaves.Length; i++)
        {
            QueryReceipt receipt = data.Leaves[i].Receipt;
            AccountingResult? step = Apply(tree, data.Leaves[i], context);
            if (step is null)
                return null;
            if (!step.IsApplied)
            {
                findings.Add(BatchFinding.Of((uint)i, new LeafFinding(Fault(step.Fault!.Value), null, step.Expected, step.Actual)));
                return null;
            }

            tree = step.After;
            if (tree.Root == receipt.StateRootAfter)
                continue;
            findings.Add(BatchFinding.Of(
                (uint)i, new LeafFinding(LeafFault.StateRootMismatch, null, $"{tree.Root}", $"{receipt.StateRootAfter}")));
            return null;
        }

        return tree;
    }

    internal static LeafFault Fault(AccountingFault fault) => fault switch
    {
        AccountingFault.NonceNotIncreasing => LeafFault.NonceNotIncreasing,
        AccountingFault.CumulativeMaxExceeded => LeafFault.CumulativeMaxExceeded,
        AccountingFault.Overdraft => LeafFault.Overdraft,
        AccountingFault.EarningsExceeded => LeafFault.EarningsExceeded,
        AccountingFault.AmountOverflow => LeafFault.AmountOverflow,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "Unknown accounting fault."),
    };
}
