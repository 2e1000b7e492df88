using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Accounts;

/// <summary>Credits as the contract has them, remembered for a short time, and a little longer while the chain is away. Thread-safe.</summary>
internal sealed class CreditSource(IChainReader chain, JobTimes times, TimeProvider clock)
{
    private const int MostEntries = 10_000;

    private readonly ConcurrentDictionary<(Address User, PaymentKind Payment), Entry> _entries = new();

    /// <summary>Cumulative wei that the user may have spent in all from this source.</summary>
    /// <param name="fresh">True to ask even if a recent value is known: a deposit may have just become safe.</param>
    /// <exception cref="ChainUnavailableException">The chain is away and nothing recent enough is known.</exception>
    public async Task<UInt128> GetAsync(Address user, PaymentKind payment, bool fresh, CancellationToken cancellationToken)
    {
        bool known = _entries.TryGetValue((user, payment), out Entry entry);
        if (known && !fresh && clock.GetElapsedTime(entry.ReadAt) < times.CreditAge)
            return entry.Amount;
        try
        {
            return await ReadAsync(user, payment, cancellationToken).ConfigureAwait(false);
        }
        catch (ChainUnavailableException) when (known && clock.GetElapsedTime(entry.ReadAt) < times.StaleCreditAge)
        {
            return entry.Amount;
        }
    }

    private async Task<UInt128> ReadAsync(Address user, PaymentKind payment, CancellationToken cancellationToken)
    {
        long asked = clock.GetTimestamp();
        UInt128 amount = await chain.GetSpendableAsync(user, payment, cancellationToken).ConfigureAwait(false);
        if (_entries.Count >= MostEntries)
            _entries.Clear();
        _entries[(user, payment)] = new Entry(amount, asked);
        return amount;
    }

    private readonly record struct Entry(UInt128 Amount, long ReadAt);
}
