using System.Diagnostics.Metrics;

namespace TeeTee.Verifier.Disputing;

/// <summary>What a watcher of the challenger looks at.</summary>
internal sealed class ChallengerMetrics : IDisposable
{
    private readonly Meter _meter = new("TeeTee.Verifier.Challenger");
    private readonly Counter<long> _sends;
    private readonly Counter<long> _settled;
    private readonly Counter<long> _waits;

    public ChallengerMetrics()
    {
        _sends = _meter.CreateCounter<long>("teetee.challenger.sends", description: "Transactions wished for, by purpose and end.");
        _settled = _meter.CreateCounter<long>("teetee.challenger.settled", description: "Own disputes and challenges that ended, by how.");
        _waits = _meter.CreateCounter<long>("teetee.challenger.waits", description: "Looks that ended without a decision because nodes disagreed or could not be asked.");
        _meter.CreateObservableGauge("teetee.challenger.bonds", () => (double)BondsAtRisk, "wei", "Bonds of disputes that are not settled.");
        _meter.CreateObservableGauge("teetee.challenger.open", () => Open, description: "Own disputes and challenges that are not settled.");
        _meter.CreateObservableGauge("teetee.challenger.alarms", () => Alarms, description: "Findings that are not acted upon, for want of money, mode or evidence.");
    }

    /// <summary>Wei in bonds.</summary>
    public UInt128 BondsAtRisk { get; set; }

    /// <summary>Own disputes that are not settled.</summary>
    public int Open { get; set; }

    /// <summary>Findings without an action.</summary>
    public int Alarms { get; set; }

    public void Sent(string purpose, SendEnd end) => _sends.Add(1, new("purpose", purpose), new("end", end.ToString()));

    public void Settled(string how) => _settled.Add(1, new KeyValuePair<string, object?>("how", how));

    public void Waited() => _waits.Add(1);

    public void Dispose() => _meter.Dispose();
}
