using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Batching;

/// <summary>Instruments of batching, posting and settlement.</summary>
internal sealed class BatchingMetrics : IDisposable
{
    private readonly Meter _meter = new("TeeTee.Sequencer.Batching");
    private readonly Counter<long> _built;
    private readonly Counter<long> _marked;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _missed;
    private readonly Counter<long> _urgent;
    private readonly Counter<long> _badQuotes;
    private readonly Counter<long> _epochs;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _answers;
    private readonly ConcurrentDictionary<DisputeKind, (long Open, long Failed)> _challenges = new();
    private long _badQuoteCount;

    public BatchingMetrics()
    {
        _built = _meter.CreateCounter<long>("teetee.sequencer.batches.built", "{batch}", "Batches built.");
        _marked = _meter.CreateCounter<long>("teetee.sequencer.batches.marked", "{batch}", "Batches recorded as posted or final, by status.");
        _refused = _meter.CreateCounter<long>("teetee.sequencer.jobs.refused", "{job}", "Jobs that the batch rules refused, by fault.");
        _missed = _meter.CreateCounter<long>("teetee.sequencer.jobs.missed", "{job}", "ALARM: answers or batches that missed their posting deadline.");
        _urgent = _meter.CreateCounter<long>("teetee.sequencer.jobs.urgent", "{job}", "ALARM: answers that come near their posting deadline uncovered.");
        _badQuotes = _meter.CreateCounter<long>("teetee.sequencer.quotes.refused", "{quote}", "Epoch quotes that failed verification.");
        _epochs = _meter.CreateCounter<long>("teetee.sequencer.epochs.stored", "{epoch}", "Epochs with a verified quote.");
        _faults = _meter.CreateCounter<long>("teetee.sequencer.faults", "{fault}", "Rounds that failed, by part.");
        _answers = _meter.CreateCounter<long>("teetee.sequencer.challenges.answered", "{challenge}", "Challenges that were answered.");
        _meter.CreateObservableGauge(
            "teetee.sequencer.challenges.open", () => Measure(count => count.Open), "{challenge}", "Challenges that wait for an answer, by kind.");
        _meter.CreateObservableGauge(
            "teetee.sequencer.challenges.unanswerable", () => Measure(count => count.Failed), "{challenge}", "ALARM: challenges that cannot be answered, by kind.");
        _meter.CreateObservableGauge("teetee.sequencer.posting.halted", () => Halted ? 1L : 0L, description: "ALARM: 1 while posting is halted.");
        _meter.CreateObservableGauge("teetee.sequencer.receipts.unposted", () => Unposted, "{receipt}", "Ended jobs in no posted batch.");
        _meter.CreateObservableGauge("teetee.sequencer.receipts.oldest", () => OldestSeconds, "s", "Age of the oldest of them.");
        _meter.CreateObservableGauge("teetee.sequencer.wallet.balance", () => (double)Balance / 1e18, "{ether}", "Balance of the posting account.");
    }

    /// <summary>Whether posting is halted.</summary>
    public bool Halted { get; set; }

    /// <summary>Ended jobs in no posted batch.</summary>
    public long Unposted { get; set; }

    /// <summary>Age of the oldest of them in seconds.</summary>
    public long OldestSeconds { get; set; }

    /// <summary>Challenges of all kinds that wait for an answer.</summary>
    public long OpenChallenges => _challenges.Values.Sum(count => count.Open);

    /// <summary>Those of them that cannot be answered.</summary>
    public long UnanswerableChallenges => _challenges.Values.Sum(count => count.Failed);

    /// <summary>Notes how many challenges of a kind there are.</summary>
    public void SetChallenges(DisputeKind kind, long open, long failed) => _challenges[kind] = (open, failed);

    /// <summary>Wei.</summary>
    public UInt128 Balance { get; set; }

    /// <summary>Quotes refused so far.</summary>
    public long BadQuotes => Interlocked.Read(ref _badQuoteCount);

    public void CountBuilt() => _built.Add(1);

    public void CountMarked(LocalStatus status) => _marked.Add(1, new KeyValuePair<string, object?>("status", status.ToString()));

    public void CountRefused(string fault) => _refused.Add(1, new KeyValuePair<string, object?>("fault", fault));

    public void CountMissed(int jobs) => _missed.Add(jobs);

    public void CountUrgent() => _urgent.Add(1);

    public void CountEpoch() => _epochs.Add(1);

    public void CountAnswer() => _answers.Add(1);

    public void CountFault(string part) => _faults.Add(1, new KeyValuePair<string, object?>("part", part));

    public void CountBadQuote()
    {
        Interlocked.Increment(ref _badQuoteCount);
        _badQuotes.Add(1);
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Measure(Func<(long Open, long Failed), long> part) =>
        _challenges.Select(kind => new Measurement<long>(part(kind.Value), new KeyValuePair<string, object?>("kind", kind.Key.ToString())));
}
