using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Faults;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Batching;

/// <summary>Makes a batch of planned jobs and judges it as any verifier will.</summary>
internal sealed class BatchAssembler(
    BatchingOptions options, ChainConnection chain, SnapshotReader snapshots, CandidateStore candidates, EpochStore epochs, BatchStore batches,
    StateStore states, QuoteJudge judge, BatchingMetrics metrics, ILogger<BatchAssembler> log)
{
    /// <summary>The batch after the newest one; null if no planned job may be posted now.</summary>
    /// <param name="now">The chain's Unix seconds.</param>
    public async Task<BuiltBatch?> BuildAsync(ImmutableArray<JobCandidate> plan, ulong now, CancellationToken cancellationToken)
    {
        RollupParameters parameters = await chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        List<(JobCandidate Candidate, AnsweredJob Job)> jobs = [];
        foreach (JobCandidate candidate in plan)
        {
            if (candidates.Load(candidate.JobId) is { } job)
                jobs.Add((candidate, job));
        }

        ulong postedAt = PostedAt(plan, now);
        RollupSnapshot view = await snapshots.ReadAsync([.. jobs.Select(j => j.Job)], postedAt, cancellationToken).ConfigureAwait(false);
        (ulong parentIndex, Bytes32 parentHash) = batches.Newest();
        BatchContext context = new()
        {
            Domain = options.Deployment.Domain(),
            Sequencer = options.Key.Address,
            PostedAt = postedAt,
            Parent = states.After(parentIndex),
            SequencerShareBps = parameters.SequencerShareBps,
            SessionGraceSeconds = parameters.WithdrawalMargin,
            View = view,
            Recovery = Secp256k1Recovery.Instance,
            Quotes = [],
        };
        if (options.Faults.OfBatch() is { } injected)
            return BuildFaulty(injected, context, jobs, parentIndex, parentHash);
        BatchBuilder builder = new(context);
        ImmutableArray<Bytes32> placed = Fill(builder, jobs);
        if (placed.IsEmpty)
            return null;
        Batch batch = builder.Build();
        if (FindFault(batch, context) is { } fault)
        {
            BatchingLog.SelfCheckFailed(log, placed.Length, fault);
            metrics.CountRefused("SelfCheck");
            return null;
        }

        return Built(batch, placed, context, parentIndex, parentHash);
    }

    private BuiltBatch? BuildFaulty(
        Fault fault, BatchContext context, List<(JobCandidate Candidate, AnsweredJob Job)> jobs, ulong parentIndex, Bytes32 parentHash)
    {
        FaultyBatch faulty = new(fault, context, options.Key);
        ImmutableArray<Bytes32> placed = [.. jobs.Where(job => faulty.Add(job.Job)).Select(job => job.Candidate.JobId)];
        return placed.IsEmpty ? null : Built(faulty.Build(), placed, context, parentIndex, parentHash);
    }

    private static BuiltBatch Built(Batch batch, ImmutableArray<Bytes32> placed, BatchContext context, ulong parentIndex, Bytes32 parentHash) =>
        new(
            parentIndex + 1, parentHash, BatchHash.Of(context.Domain, parentIndex + 1, parentHash, batch.Header), batch, placed,
            Changed(context.Parent, batch.StateAfter));

    /// <summary>The verifier's own judgement of the data as it will be served; null if no rule is broken.</summary>
    internal string? FindFault(Batch batch, BatchContext context)
    {
        BatchReading reading = BatchDataReader.Read(batch.Header, batch.Chunks);
        if (reading.Data is null)
            return $"the data cannot be read back: {string.Join("; ", reading.Findings)}";
        QuoteVerdict[] verdicts = [.. reading.Data.Quotes.Select(Judge)];
        BatchJudgement judgement = BatchRules.Check(batch.Header, reading.Data, context with { Quotes = verdicts });
        return judgement.IsValid && judgement.StateAfter?.Root == batch.StateAfter.Root ? null : string.Join("; ", judgement.Findings);
    }

    private QuoteVerdict Judge(QuoteItem quote)
    {
        QuoteRecord record = quote.Record;
        string teeType = epochs.Find(new EpochKey(record.Slot, record.Operator, record.Epoch))?.TeeType ?? "unknown";
        string? fault = judge.FindQuoteFault(quote, teeType, options.Clock.GetUtcNow(), out _);
        return fault is null ? QuoteVerdict.Accepted : new QuoteVerdict(false, fault);
    }

    private QuoteVerdict Judge(QuoteItem quote, Dictionary<Bytes32, QuoteVerdict> known)
    {
        if (!known.TryGetValue(quote.Record.QuoteHash, out QuoteVerdict? verdict))
            known[quote.Record.QuoteHash] = verdict = Judge(quote);
        return verdict;
    }

    // The latest time at which it may land: as far ahead as the receipts allow.
    private ulong PostedAt(ImmutableArray<JobCandidate> plan, ulong now)
    {
        ulong limit = plan.Where(c => c.State == CandidateState.Ready).Select(c => c.PostBefore).DefaultIfEmpty(ulong.MaxValue).Min();
        return Math.Max(now + 1, Math.Min(now + (ulong)options.PostingAllowance.TotalSeconds, limit - 1));
    }

    private ImmutableArray<Bytes32> Fill(BatchBuilder builder, List<(JobCandidate Candidate, AnsweredJob Job)> jobs)
    {
        var placed = ImmutableArray.CreateBuilder<Bytes32>();
        HashSet<Address> blocked = [];
        Dictionary<Bytes32, QuoteVerdict> verdicts = [];
        foreach ((JobCandidate candidate, AnsweredJob job) in jobs)
        {
            if (blocked.Contains(candidate.User))
                continue;
            // One quote that has expired since it was collected would fail the whole batch.
            QuoteVerdict? rejected = job.Shards.Select(shard => Judge(shard.Quote, verdicts)).FirstOrDefault(verdict => !verdict.IsAccepted);
            IReadOnlyList<LeafFinding> findings = rejected is null ? builder.TryAdd(job) : [];
            if (rejected is null && findings.Count == 0)
            {
                placed.Add(candidate.JobId);
                continue;
            }

            // A later nonce would make this one's unusable; a void one loses nothing by that.
            if (candidate.State != CandidateState.Void)
                blocked.Add(candidate.User);
            metrics.CountRefused(rejected is null ? findings[0].Fault.ToString() : nameof(BatchFault.QuoteRejected));
            BatchingLog.Refused(log, candidate.JobId, rejected?.Cause ?? findings[0].ToString());
        }

        return placed.ToImmutable();
    }

    private static ImmutableArray<Account> Changed(AccountTree before, AccountTree after) =>
        [.. after.Accounts.Where(a => before.Get(a.Owner) != a).OrderBy(a => a.Owner)];
}
