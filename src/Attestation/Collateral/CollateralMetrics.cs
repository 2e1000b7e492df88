using System.Diagnostics.Metrics;

namespace TeeTee.Attestation.Collateral;

/// <summary>The instruments of the meter <c>TeeTee.Attestation</c>.</summary>
internal sealed class CollateralMetrics : IDisposable
{
    private readonly Meter _meter = new("TeeTee.Attestation");
    private readonly Counter<long> _fetches;

    /// <param name="left">Time that is left to the collateral that runs out first; null where none is held.</param>
    public CollateralMetrics(Func<TimeSpan?> left)
    {
        _fetches = _meter.CreateCounter<long>("teetee.collateral.fetches", "{fetch}", "Fetches of collateral, by outcome.");
        _meter.CreateObservableGauge("teetee.collateral.left", () => Measure(left()), "s", "Time until the first collateral that is held runs out.");
    }

    public void Fetched(CollateralEventKind outcome) =>
        _fetches.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString().ToLowerInvariant()));

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Measure(TimeSpan? left) => left is { } time ? [new(time.TotalSeconds)] : [];
}
