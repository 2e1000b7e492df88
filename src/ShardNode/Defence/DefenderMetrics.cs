using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Defence;

/// <summary>The instruments of the meter <c>TeeTee.Defence</c>.</summary>
public sealed class DefenderMetrics : IDisposable
{
    private readonly Meter _meter = new("TeeTee.Defence");
    private readonly Counter<long> _moves;
    private readonly Counter<long> _faults;
    private readonly ConcurrentDictionary<Address, (long Open, long Undefended)> _disputes = new();

    public DefenderMetrics()
    {
        _moves = _meter.CreateCounter<long>("teetee.defence.moves", "{move}", "Moves made in disputes, by kind.");
        _faults = _meter.CreateCounter<long>("teetee.defence.faults", "{fault}", "Rounds that failed.");
        _meter.CreateObservableGauge("teetee.defence.disputes.open", () => Open, "{dispute}", "Disputes against the operator that are not settled.");
        _meter.CreateObservableGauge("teetee.defence.disputes.undefended", () => Undefended, "{dispute}", "ALARM: disputes in which a move is owed and cannot be made.");
        _meter.CreateObservableGauge("teetee.defence.pages.open", () => PagesOpen, "{page}", "Weight pages of the model that are demanded.");
        _meter.CreateObservableGauge("teetee.defence.pages.withheld", () => PagesWithheld, "{page}", "ALARM: demanded pages that cannot be shown.");
        _meter.CreateObservableGauge("teetee.defence.spent", () => (double)SpentToday / 1e18, "{ether}", "What moves cost today.");
        _meter.CreateObservableGauge("teetee.defence.wallet.balance", () => (double)Balance / 1e18, "{ether}", "Balance of the defender's account.");
    }

    /// <summary>Disputes that are not settled.</summary>
    public long Open => _disputes.Values.Sum(count => count.Open);

    /// <summary>Those of them in which a move is owed and cannot be made.</summary>
    public long Undefended => _disputes.Values.Sum(count => count.Undefended);

    /// <summary>Notes how many disputes there are against an operator.</summary>
    public void SetDisputes(Address accused, long open, long undefended) => _disputes[accused] = (open, undefended);

    /// <summary>Weight pages of the model that are demanded.</summary>
    public long PagesOpen { get; private set; }

    /// <summary>Those of them that cannot be shown.</summary>
    public long PagesWithheld { get; private set; }

    /// <summary>Notes how many weight pages are demanded.</summary>
    public void SetPages(long open, long withheld) => (PagesOpen, PagesWithheld) = (open, withheld);

    /// <summary>Wei.</summary>
    public UInt128 SpentToday { get; set; }

    /// <summary>Wei.</summary>
    public UInt128 Balance { get; set; }

    public void CountMove(string kind) => _moves.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void CountFault() => _faults.Add(1);

    public void Dispose() => _meter.Dispose();
}
