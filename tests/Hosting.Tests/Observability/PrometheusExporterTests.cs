using System.Diagnostics.Metrics;
using TeeTee.Hosting.Observability;

namespace TeeTee.Hosting.Tests.Observability;

// Each test has a meter of its own; exporters see every meter of the process, so assertions name whole lines of their own.
public sealed class PrometheusExporterTests : IDisposable
{
    private static int s_meters;
    private readonly string _prefix = $"teetee.t{Interlocked.Increment(ref s_meters)}";
    private readonly Meter _meter;
    private readonly PrometheusExporter _exporter = new();

    public PrometheusExporterTests() => _meter = new Meter("TeeTee.Tests." + _prefix);

    private string Name => _prefix.Replace('.', '_');

    public void Dispose()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Scrape_Counter_SumsPerLabel()
    {
        Counter<long> jobs = _meter.CreateCounter<long>(_prefix + ".jobs", unit: null, "Jobs by outcome.");
        jobs.Add(2, new KeyValuePair<string, object?>("outcome", "answered"));
        jobs.Add(3, new KeyValuePair<string, object?>("outcome", "answered"));
        jobs.Add(1, new KeyValuePair<string, object?>("outcome", "void"));

        Assert.Equal(
            [
                $"# HELP {Name}_jobs_total Jobs by outcome.",
                $"# TYPE {Name}_jobs_total counter",
                $$"""{{Name}}_jobs_total{outcome="answered"} 5""",
                $$"""{{Name}}_jobs_total{outcome="void"} 1""",
            ],
            Lines());
    }

    [Fact]
    public void Scrape_Histogram_GivesSumAndCountInSeconds()
    {
        Histogram<double> time = _meter.CreateHistogram<double>(_prefix + ".time", "s");
        time.Record(0.5);
        time.Record(1.25);

        Assert.Equal([$"# TYPE {Name}_time_seconds summary", $"{Name}_time_seconds_sum 1.75", $"{Name}_time_seconds_count 2"], Lines());
    }

    [Fact]
    public void Scrape_GaugesOfAllKinds_GiveTheCurrentValue()
    {
        long observed = 4;
        _meter.CreateObservableGauge(_prefix + ".a", () => observed, "By");
        UpDownCounter<int> running = _meter.CreateUpDownCounter<int>(_prefix + ".b");
        running.Add(5);
        running.Add(-2);
        Gauge<double> level = _meter.CreateGauge<double>(_prefix + ".c");
        level.Record(9);
        level.Record(double.PositiveInfinity);
        _exporter.Scrape();
        observed = 6;

        Assert.Equal([$"{Name}_a_bytes 6", $"{Name}_b 3", $"{Name}_c +Inf"], Lines().Where(line => line[0] != '#'));
    }

    [Fact]
    public void Scrape_HostileLabel_StaysOneEscapedLine()
    {
        _meter.CreateCounter<int>(_prefix + ".x").Add(1, new KeyValuePair<string, object?>("a-b.c", "\"}\\\n# TYPE"));

        Assert.Contains($$"""{{Name}}_x_total{a_b_c="\"}\\\n# TYPE"} 1""", Lines());
    }

    [Fact]
    public void Scrape_InstrumentThatThrows_LeavesTheOthers()
    {
        _meter.CreateObservableGauge(_prefix + ".bad", int () => throw new InvalidOperationException());
        _meter.CreateObservableGauge(_prefix + ".good", () => 3);

        Assert.Contains($"{Name}_good 3", Lines());
    }

    [Fact]
    public void Scrape_ForeignMeter_IsAbsent()
    {
        using Meter foreign = new("Other." + _prefix);
        foreign.CreateCounter<int>(_prefix + ".foreign").Add(1);

        Assert.Empty(Lines());
    }

    [Fact]
    public void Scrape_MoreSeriesThanTheBound_DropsAndCountsTheRest()
    {
        Counter<int> users = _meter.CreateCounter<int>(_prefix + ".users");
        for (int i = 0; i < PrometheusExporter.MaxSeries + 10; i++)
            users.Add(1, new KeyValuePair<string, object?>("user", i));

        string text = _exporter.Scrape();

        Assert.InRange(Lines().Length, 1, PrometheusExporter.MaxSeries + 1);
        string dropped = text.Split('\n').Single(line => line.StartsWith("teetee_metrics_dropped_series ", StringComparison.Ordinal));
        Assert.True(int.Parse(dropped.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) >= 10, dropped);
    }

    private string[] Lines() =>
        [.. _exporter.Scrape().Split('\n').Where(line => line.Contains(Name + "_", StringComparison.Ordinal))];
}
