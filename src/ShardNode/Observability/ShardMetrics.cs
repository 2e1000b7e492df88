using System.Diagnostics.Metrics;
using TeeTee.Attestation.Tls;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;

namespace TeeTee.ShardNode.Observability;

/// <summary>The instruments of the meter <c>TeeTee.ShardNode</c>.</summary>
internal sealed class ShardMetrics : IDisposable
{
    private readonly Meter _meter = new("TeeTee.ShardNode");
    private readonly Counter<long> _jobs;
    private readonly Counter<long> _positions;
    private readonly Counter<long> _epochs;
    private readonly Counter<long> _challenges;
    private readonly UpDownCounter<long> _links;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _renewals;
    private double _keyLeft = double.NaN;

    public ShardMetrics(Func<int> runningJobs, Func<long> evidenceBytes, BatchScheduler scheduler)
    {
        _jobs = _meter.CreateCounter<long>("teetee.shard.jobs", "{job}", "Jobs that ended, by outcome.");
        _positions = _meter.CreateCounter<long>("teetee.shard.positions", "{position}", "Positions computed.");
        _epochs = _meter.CreateCounter<long>("teetee.shard.epochs", "{epoch}", "Epochs sealed.");
        _challenges = _meter.CreateCounter<long>("teetee.shard.challenges", "{quote}", "Quotes made for those who challenged the shard.");
        _links = _meter.CreateUpDownCounter<long>("teetee.shard.links", "{link}", "Links that are up.");
        _refused = _meter.CreateCounter<long>("teetee.shard.peers.refused", "{peer}", "Connections refused or ended for what the other side proved, by stage.");
        _duration = _meter.CreateHistogram<double>("teetee.shard.job.duration", "s", "Time of a job from admission to its end.");
        _renewals = _meter.CreateCounter<long>("teetee.shard.key.renewals", "{renewal}", "Renewals of the registered key, by outcome.");
        _meter.CreateObservableGauge("teetee.shard.key.left", MeasureKey, "s", "Time that the registered key still counts, as last read.");
        _meter.CreateObservableGauge("teetee.shard.jobs.running", () => (long)runningJobs(), "{job}", "Jobs that run.");
        _meter.CreateObservableCounter("teetee.shard.passes", () => scheduler.Counters.Passes, "{pass}", "Passes over the weights.");
        _meter.CreateObservableCounter("teetee.shard.rows", () => Rows(scheduler.Counters), "{position}", "Positions by how they came: decode, prompt, or shared with an equal prefix.");
        _meter.CreateObservableGauge("teetee.shard.steps.waiting", () => scheduler.Counters.Waiting, "{step}", "Steps that wait for a pass.");
        _meter.CreateObservableGauge("teetee.shard.kv.pages", () => Pages(scheduler.Model.KvMemory), "{page}", "Pages for the keys and values of 32 positions: in use, promised to running jobs, capacity.");
        _meter.CreateObservableGauge("teetee.shard.evidence", () => evidenceBytes(), "By", "Evidence kept on disk.");
    }

    public void JobEnded(string outcome, TimeSpan duration)
    {
        _jobs.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        _duration.Record(duration.TotalSeconds);
    }

    public void PositionsRun(int count) => _positions.Add(count);

    public void EpochSealed() => _epochs.Add(1);

    public void ChallengeQuoted() => _challenges.Add(1);

    public void PeerRefused(PeerStage stage) => _refused.Add(1, new KeyValuePair<string, object?>("stage", $"{stage}"));

    public void LinkUp() => _links.Add(1);

    public void LinkDown() => _links.Add(-1);

    public void KeyRenewed(string outcome) => _renewals.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void KeyLeft(TimeSpan left) => Volatile.Write(ref _keyLeft, left.TotalSeconds);

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Rows(BatchCounters counters) =>
        [Tagged(counters.DecodeRows, "kind", "decode"), Tagged(counters.PromptRows, "kind", "prompt"), Tagged(counters.SharedRows, "kind", "shared")];

    private static IEnumerable<Measurement<long>> Pages(KvMemory memory) =>
        [Tagged(memory.InUse, "state", "in use"), Tagged(memory.Promised, "state", "promised"), Tagged(memory.Capacity, "state", "capacity")];

    private static Measurement<long> Tagged(long value, string key, string tag) => new(value, new KeyValuePair<string, object?>(key, tag));

    // Nothing is measured before the first look, and where nothing renews.
    private IEnumerable<Measurement<double>> MeasureKey() => Volatile.Read(ref _keyLeft) is var left && double.IsNaN(left) ? [] : [new(left)];
}
