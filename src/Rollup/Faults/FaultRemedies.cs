using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Faults;

/// <summary>
/// What can be done on chain about what <see cref="BatchRules"/> found in a posted batch. Pure; every fault has a remedy or a stated reason why
/// it needs none (contracts/README.md, Faults of a poster).
/// </summary>
public sealed class FaultRemedies
{
    private readonly BatchOpenings _openings;
    private readonly BatchContext _context;
    private readonly LeafProofs _leaves;

    /// <param name="batch">As posted.</param>
    /// <param name="data">Its data.</param>
    /// <param name="context">The context in which it was judged.</param>
    /// <param name="model">Configurations of models, where known.</param>
    public FaultRemedies(PostedBatchRef batch, BatchData data, BatchContext context, Func<Bytes32, DisputeModel?> model)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        (_openings, _context) = (new BatchOpenings(batch, data), context);
        _leaves = new LeafProofs(_openings, context, model);
    }

    /// <summary>The remedy of a finding of this batch.</summary>
    public FaultRemedy For(BatchFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return finding.Fault switch
        {
            BatchFault.LeafInvalid => _leaves.For((int)finding.Leaf!.Value, finding.LeafFinding!),
            BatchFault.VersionUnknown or BatchFault.Empty => new NoRemedy("The rollup takes no such header."),
            BatchFault.CountMismatch or BatchFault.ReceiptsRootMismatch => Receipts(),
            BatchFault.ChunkCountMismatch or BatchFault.DataRootMismatch or BatchFault.ChunksMalformed => Receipts(),
            BatchFault.ItemMissing or BatchFault.ItemMalformed => Receipts(),
            BatchFault.ItemUnexpected => new NoRemedy("Nothing rests on an item that no leaf commits."),
            BatchFault.QuoteCountMismatch or BatchFault.QuotesRootMismatch => new QuoteChallengeRemedy(0),
            BatchFault.QuoteHashMismatch => Quote(i => Keccak256.Hash(_openings.Data.Quotes[i].Quote.Span) != _openings.Data.Quotes[i].Record.QuoteHash),
            BatchFault.QuoteRejected => Quote(i => !_context.Quotes[i].IsAccepted),
            BatchFault.QuoteRepeated => QuoteTwice(),
            BatchFault.StateRootMismatch => One(FaultJudge.FormFaults, "headerStateRoot", _openings.Ref, _openings.Leaf(_openings.Data.Leaves.Length - 1)),
            _ => throw new ArgumentOutOfRangeException(nameof(finding), finding.Fault, "Unknown batch fault."),
        };
    }

    /// <summary>A demand for each item that is missing or does not decode; receipts stand for all of a leaf that cannot be named without.</summary>
    public static DataChallengeRemedy ForMissing(IEnumerable<ChunkRecord> missing) => new([.. missing.Select(ChunkAnswers.PlaceOf).Distinct()]);

    internal static OneTransactionRemedy One(FaultJudge judge, string function, params object[] arguments) => new(new FaultProof(judge, function, [.. arguments]));

    // Whoever answers shows the real tree, leaf by leaf; who cannot has no batch.
    private DataChallengeRemedy Receipts() =>
        new([.. Enumerable.Range(0, (int)Math.Min(_openings.Batch.Header.Count, 1024)).Select(i => new ChunkPlace((uint)i, DataKind.QueryReceipt, 0, 0))]);

    private FaultRemedy Quote(Func<int, bool> isBad)
    {
        for (int i = 0; i < _openings.Data.Quotes.Length; i++)
        {
            if (isBad(i))
                return new QuoteChallengeRemedy((uint)i);
        }

        return new NoRemedy("No quote of the data shows it.");
    }

    private FaultRemedy QuoteTwice()
    {
        Dictionary<(uint, Address, ulong), int> seen = [];
        for (int i = 0; i < _openings.Data.Quotes.Length; i++)
        {
            var record = _openings.Data.Quotes[i].Record;
            if (!seen.TryAdd((record.Slot, record.Operator, record.Epoch), i))
                return One(FaultJudge.FormFaults, "quoteTwice", _openings.Ref, _openings.Quote(seen[(record.Slot, record.Operator, record.Epoch)]), _openings.Quote(i));
        }

        return new NoRemedy("No two records of the data show it.");
    }
}
