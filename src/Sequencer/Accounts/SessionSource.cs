using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.Rollup.Requests;

namespace TeeTee.Sequencer.Accounts;

/// <summary>Session keys as the contract has them, remembered for a short time and never beyond: a revoked key must not live on because the chain is away. Thread-safe.</summary>
internal sealed class SessionSource(IChainReader chain, JobTimes times, TimeProvider clock)
{
    private const int MostEntries = 10_000;

    private readonly ConcurrentDictionary<(Address User, Address Key), (SessionGrant? Grant, long ReadAt)> _entries = new();

    /// <summary>The session of a user and a key, or null if the contract has none.</summary>
    /// <exception cref="ChainUnavailableException">The chain is away.</exception>
    public async Task<SessionGrant?> GetAsync(Address user, Address key, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue((user, key), out var entry) && clock.GetElapsedTime(entry.ReadAt) < times.CreditAge)
            return entry.Grant;
        long asked = clock.GetTimestamp();
        SessionGrant? grant = await chain.GetSessionAsync(user, key, cancellationToken).ConfigureAwait(false);
        if (_entries.Count >= MostEntries)
            _entries.Clear();
        // Absence is not remembered: a user authorises a key and uses it at once.
        if (grant is not null)
            _entries[(user, key)] = (grant, asked);
        return grant;
    }
}
