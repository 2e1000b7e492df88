using System.Diagnostics.Metrics;
using TeeTee.Rollup.Evidence;

namespace TeeTee.Verifier.Following;

/// <summary>What a watcher of the verifier looks at.</summary>
internal sealed class VerifierMetrics : IDisposable
{
    private readonly Meter _meter = new("TeeTee.Verifier");
    private readonly Counter<long> _verdicts;
    private readonly Counter<long> _timeouts;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _sealed;

    public VerifierMetrics(BatchBook book, Func<ulong> chainTime)
    {
        _verdicts = _meter.CreateCounter<long>("teetee.verifier.verdicts", description: "Verdicts made, by verdict and cause.");
        _timeouts = _meter.CreateCounter<long>("teetee.verifier.timeouts", description: "Judgements that ran out of time.");
        _failures = _meter.CreateCounter<long>("teetee.verifier.failures", description: "Judgements that ended in a fault of the verifier itself.");
        _sealed = _meter.CreateCounter<long>("teetee.verifier.sealed_jobs", description: "Sealed jobs, whose computation could not be checked.");
        _meter.CreateObservableGauge(
            "teetee.verifier.oldest_unverified_age", () => OldestAge(book, chainTime()), "s", "Chain time since the oldest batch without a verdict was posted.");
        _meter.CreateObservableGauge(
            "teetee.verifier.sample_rate_achieved", () => Rate(book), description: "Share of public answered jobs of verified batches that ran again.");
        _meter.CreateObservableGauge(
            "teetee.verifier.invalid_batches", () => (long)book.Entries.Values.Count(e => e.Verdict == Verdict.Invalid), description: "Batches found Invalid.");
    }

    public void Judged(BatchVerdict verdict)
    {
        if (verdict.Cause == VerdictCause.TimedOut)
            _timeouts.Add(1);
        else
            _verdicts.Add(1, new("verdict", verdict.Verdict.ToString()), new("cause", verdict.Cause.ToString()));
        if (verdict.Verdict == Verdict.Valid)
            _sealed.Add(verdict.SealedLeaves.Length);
    }

    public void Failed() => _failures.Add(1);

    public void Dispose() => _meter.Dispose();

    private static double OldestAge(BatchBook book, ulong now)
    {
        ulong oldest = book.Entries.Values.FirstOrDefault(e => !e.IsDone && e.PostedAt > 0)?.PostedAt ?? now;
        return now > oldest ? now - oldest : 0;
    }

    private static double Rate(BatchBook book)
    {
        BatchEntry[] valid = [.. book.Entries.Values.Where(e => e.Verdict == Verdict.Valid)];
        long checkable = valid.Sum(e => (long)e.Checkable);
        return checkable == 0 ? 1 : (double)valid.Sum(e => (long)e.Sampled) / checkable;
    }
}
