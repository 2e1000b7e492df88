using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Batching;

/// <summary>Builds a batch when one is due and the one before it is on the chain.</summary>
internal sealed class BatchScheduler(
    BatchingOptions options, ChainConnection chain, CandidateStore candidates, BatchStore batches, StateStore states, BatchAssembler assembler,
    PostingHalt halt, BatchingMetrics metrics, Readiness readiness, ILogger<BatchScheduler> log)
    : PollingService("batching", options, readiness, metrics, log)
{
    private readonly BatchingOptions _options = options;
    private readonly BatchingMetrics _metrics = metrics;
    private readonly Readiness _readiness = readiness;
    private readonly HashSet<Bytes32> _warned = [];
    private readonly Dictionary<Bytes32, long> _refused = [];

    /// <summary>Builds at most one batch; whether it did.</summary>
    internal override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        await chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        await ObserveAsync(cancellationToken).ConfigureAwait(false);
        // What is built ahead would be judged for a time at which it does not land.
        if (halt.Reason is not null || batches.Open().Any(b => b.Status == LocalStatus.Built))
            return false;
        ulong now = await chain.GetTimeAsync(cancellationToken).ConfigureAwait(false);
        VoidMissed(now);
        JobCandidate[] open = [.. candidates.All().Where(IsAhead(states))];
        Warn(open, now);
        if (BatchPlanner.Plan(WithoutRefused(open), now, _options.Limits) is not { } plan)
            return false;
        BuiltBatch? built = await assembler.BuildAsync(plan.Jobs, now, cancellationToken).ConfigureAwait(false);
        foreach (JobCandidate refused in plan.Jobs.Where(job => built?.Jobs.Contains(job.JobId) != true))
            _refused[refused.JobId] = _options.Clock.GetTimestamp();
        if (built is null)
            return false;
        batches.Save(built, now);
        _metrics.CountBuilt();
        BatchingLog.Built(Log, built.Index, built.Hash, built.Batch.Header.Count, plan.Reason);
        return true;
    }

    // A void job that was refused is passed by later nonces and can never be posted.
    private Func<JobCandidate, bool> IsAhead(StateStore store)
    {
        var state = store.After(batches.Newest().Index);
        return candidate => candidate.Nonce > state.Get(candidate.User).Nonce;
    }

    // What was refused is judged again, but not round after round, nor in the place of what can be posted.
    private IEnumerable<JobCandidate> WithoutRefused(JobCandidate[] open)
    {
        HashSet<Bytes32> known = [.. open.Select(candidate => candidate.JobId)];
        foreach (Bytes32 past in _refused.Where(r => !known.Contains(r.Key) || _options.Clock.GetElapsedTime(r.Value) >= _options.MaxBackoff).Select(r => r.Key).ToArray())
            _refused.Remove(past);
        return open.Where(candidate => candidate.State != CandidateState.Void || !_refused.ContainsKey(candidate.JobId))
            .Select(candidate => candidate.State == CandidateState.Ready && _refused.ContainsKey(candidate.JobId)
                ? candidate with { State = CandidateState.Refused }
                : candidate);
    }

    private void VoidMissed(ulong now)
    {
        IReadOnlyList<Bytes32> missed = candidates.VoidMissed(now + 1 + (ulong)_options.LandingTime.TotalSeconds);
        foreach (Bytes32 jobId in missed)
            BatchingLog.Missed(Log, jobId);
        if (missed.Count > 0)
            _metrics.CountMissed(missed.Count);
    }

    private void Warn(IEnumerable<JobCandidate> open, ulong now)
    {
        ulong urgency = (ulong)_options.Limits.Urgency.TotalSeconds;
        JobCandidate[] near = [.. open.Where(c => c.State == CandidateState.Uncovered && c.PostBefore <= now + urgency)];
        _warned.IntersectWith(near.Select(c => c.JobId));
        foreach (JobCandidate candidate in near.Where(c => _warned.Add(c.JobId)))
        {
            _metrics.CountUrgent();
            BatchingLog.Urgent(Log, candidate.JobId, candidate.PostBefore - Math.Min(now, candidate.PostBefore));
        }
    }

    private async Task ObserveAsync(CancellationToken cancellationToken)
    {
        ulong now = (ulong)_options.Clock.GetUtcNow().ToUnixTimeSeconds();
        ulong age = candidates.OldestUnposted() is { } oldest ? now - Math.Min(now, oldest) : 0;
        (_metrics.Unposted, _metrics.OldestSeconds) = (candidates.CountUnposted(), (long)age);
        Report("unposted", age <= _options.UnpostedAlarm.TotalSeconds, $"The oldest unposted receipt is {age} s old.");
        _metrics.Balance = await chain.Client.GetBalanceAsync(_options.Key.Address, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        Report("wallet", _metrics.Balance >= _options.MinBalance, $"{_options.Key.Address} has {_metrics.Balance} wei; at least {_options.MinBalance} are needed.");
    }

    private void Report(string part, bool works, string reason)
    {
        if (works)
            _readiness.Clear(part);
        else
            _readiness.Block(part, reason);
    }
}
