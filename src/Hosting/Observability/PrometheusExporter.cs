using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace TeeTee.Hosting.Observability;

/// <summary>Collects the instruments of TeeTee's meters and prints them in the Prometheus text format 0.0.4.</summary>
/// <remarks>
/// Counters and up-down counters are summed, histograms are given as sum and count, observable instruments are read at scrape time.
/// The number of series per process is bounded: past <see cref="MaxSeries"/> new tag combinations are dropped and counted.
/// </remarks>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>More series than this are never kept.</summary>
    public const int MaxSeries = 2_000;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private long _dropped;

    /// <summary>Starts listening to every meter whose name begins with <c>TeeTee</c>.</summary>
    public PrometheusExporter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("TeeTee", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<float>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The current values, one family per instrument, ordered by name.</summary>
    public string Scrape()
    {
        RecordObservables();
        StringBuilder text = new();
        string? family = null;
        foreach (Series series in _series.Values.OrderBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Labels, StringComparer.Ordinal))
        {
            if (series.Name != family)
                AppendHeader(text, series);
            family = series.Name;
            series.AppendTo(text);
        }
        text.Append("# TYPE teetee_metrics_dropped_series counter\nteetee_metrics_dropped_series ")
            .Append(Interlocked.Read(ref _dropped).ToString(CultureInfo.InvariantCulture)).Append('\n');
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void RecordObservables()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException)
        {
            // An instrument that cannot be read keeps its last value; the others were read.
        }
    }

    private static void AppendHeader(StringBuilder text, Series series)
    {
        if (series.Help.Length > 0)
            text.Append("# HELP ").Append(series.Name).Append(' ').Append(series.Help.Replace("\\", @"\\").Replace('\n', ' ')).Append('\n');
        text.Append("# TYPE ").Append(series.Name).Append(' ').Append(series.Kind).Append('\n');
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string name = MetricName(instrument);
        string labels = Labels(tags);
        string key = name + labels;
        if (!_series.TryGetValue(key, out Series? series))
        {
            if (_series.Count >= MaxSeries)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }
            series = _series.GetOrAdd(key, _ => new Series(name, labels, Kind(instrument), instrument.Description ?? ""));
        }
        series.Add(value, absolute: instrument.IsObservable || IsGauge(instrument));
    }

    private static bool IsGauge(Instrument instrument) => instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);

    private static string Sanitize(string name) => string.Create(name.Length, name, static (target, source) =>
    {
        for (int i = 0; i < target.Length; i++)
            target[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '_';
    });

    private static string MetricName(Instrument instrument)
    {
        StringBuilder name = new(Sanitize(instrument.Name));
        if (instrument.Unit == "s")
            name.Append("_seconds");
        if (instrument.Unit == "By")
            name.Append("_bytes");
        if (Kind(instrument) == "counter")
            name.Append("_total");
        return name.ToString();
    }

    private static string Kind(Instrument instrument)
    {
        string type = instrument.GetType().Name;
        if (type.StartsWith("Histogram", StringComparison.Ordinal))
            return "summary";
        bool counter = type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal);
        return counter ? "counter" : "gauge";
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        StringBuilder labels = new("{");
        foreach ((string key, object? value) in tags)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels.Append(labels.Length > 1 ? "," : "").Append(Sanitize(key)).Append("=\"")
                .Append(text.Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
        }
        return labels.Append('}').ToString();
    }

    private sealed class Series(string name, string labels, string kind, string help)
    {
        private readonly Lock _lock = new();
        private double _sum;
        private long _count;

        public string Name => name;
        public string Labels => labels;
        public string Kind => kind;
        public string Help => help;

        public void Add(double value, bool absolute)
        {
            lock (_lock)
            {
                _sum = absolute ? value : _sum + value;
                _count++;
            }
        }

        public void AppendTo(StringBuilder text)
        {
            lock (_lock)
            {
                bool summary = kind == "summary";
                Append(text, summary ? "_sum" : "", _sum);
                if (summary)
                    Append(text, "_count", _count);
            }
        }

        private void Append(StringBuilder text, string suffix, double value) =>
            text.Append(name).Append(suffix).Append(labels).Append(' ').Append(Number(value)).Append('\n');

        private static string Number(double value) => value switch
        {
            double.PositiveInfinity => "+Inf",
            double.NegativeInfinity => "-Inf",
            _ => value.ToString("R", CultureInfo.InvariantCulture),
        };
    }
}
