using System.Diagnostics.Metrics;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Jobs;

/// <summary>Counts of the job API under the meter <c>TeeTee.Sequencer</c>.</summary>
internal sealed class JobMetrics : IDisposable
{
    private readonly Meter _meter = new("TeeTee.Sequencer");
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _answered;
    private readonly Counter<long> _void;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _outputTokens;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _streams;

    public JobMetrics()
    {
        _accepted = _meter.CreateCounter<long>("teetee.sequencer.jobs.accepted", "{job}", "Jobs accepted");
        _answered = _meter.CreateCounter<long>("teetee.sequencer.jobs.answered", "{job}", "Jobs answered and charged");
        _void = _meter.CreateCounter<long>("teetee.sequencer.jobs.void", "{job}", "Jobs lost for good");
        _attempts = _meter.CreateCounter<long>("teetee.sequencer.jobs.attempts", "{call}", "Openings of jobs at a shard");
        _outputTokens = _meter.CreateCounter<long>("teetee.sequencer.output.tokens", "{token}", "Output tokens charged");
        _refused = _meter.CreateCounter<long>("teetee.sequencer.refusals", "{request}", "Requests refused, by code");
        _duration = _meter.CreateHistogram<double>("teetee.sequencer.job.duration", "s", "From acceptance to the answer");
        _streams = _meter.CreateUpDownCounter<long>("teetee.sequencer.streams", "{stream}", "Event streams open");
    }

    public void Accepted() => _accepted.Add(1);

    public void Attempted() => _attempts.Add(1);

    public void Voided(string code) => _void.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Refused(string code) => _refused.Add(1, new KeyValuePair<string, object?>("code", code));

    public void StreamOpened() => _streams.Add(1);

    public void StreamClosed() => _streams.Add(-1);

    public void Answered(StoredJob job, StoredAnswer answer)
    {
        _answered.Add(1);
        _outputTokens.Add(answer.OutputTokens);
        _duration.Record(answer.AnsweredAt - Math.Min(answer.AnsweredAt, job.AcceptedAt));
    }

    public void Dispose() => _meter.Dispose();
}
