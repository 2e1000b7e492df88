using System.Collections.Concurrent;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.RollupContracts;

namespace TeeTee.ShardNode.Chain;

/// <summary>
/// Reads the contracts over JSON-RPC. What never changes is kept for good; sessions are kept for a short time, and not used
/// beyond it: a revoked key must not live on because the chain is down. Thread-safe.
/// </summary>
public sealed class ContractChainView(EthereumClient client, Address rollup, TimeProvider clock) : IChainView
{
    private const int MostSessions = 10_000;

    private static readonly TimeSpan s_sessionAge = TimeSpan.FromSeconds(10);
    private static readonly AbiFunction s_epochSeconds = AbiFunction.Parse("function epochSeconds() view returns (uint64)");
    private static readonly AbiFunction s_registry = AbiFunction.Parse("function registry() view returns (address)");
    private static readonly AbiFunction s_credits = AbiFunction.Parse("function credits() view returns (address)");

    private readonly ConcurrentDictionary<(Address User, Address Key), (long At, SessionGrant? Grant)> _sessions = new();
    private readonly ConcurrentDictionary<string, Address> _addresses = new(StringComparer.Ordinal);
    private ulong _epochSeconds;

    /// <inheritdoc/>
    public async Task<ulong> GetEpochSecondsAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _epochSeconds) is not 0 and var known)
            return known;
        object[] result = await AskAsync(s_epochSeconds, cancellationToken);
        ulong seconds = (ulong)result[0];
        Volatile.Write(ref _epochSeconds, seconds);
        return seconds;
    }

    /// <inheritdoc/>
    public async Task<Slot?> GetSlotAsync(uint slotId, CancellationToken cancellationToken)
    {
        RegistryContract registry = await RegistryAsync(cancellationToken);
        return (await AskAsync("slot", () => registry.GetSlotAsync(slotId, BlockTag.Latest, cancellationToken)))?.Slot;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, CancellationToken cancellationToken)
    {
        RegistryContract registry = await RegistryAsync(cancellationToken);
        return await AskAsync("keysOf", () => registry.GetKeysAsync(slotId, BlockTag.Latest, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<SessionGrant?> GetSessionAsync(Address user, Address key, CancellationToken cancellationToken)
    {
        if (_sessions.TryGetValue((user, key), out var cached) && clock.GetElapsedTime(cached.At) < s_sessionAge)
            return cached.Grant;
        long asked = clock.GetTimestamp();
        CreditsContract credits = new(client, await AddressOfAsync(s_credits, cancellationToken));
        SessionGrant? grant = await AskAsync("session", () => credits.GetSessionAsync(user, key, BlockTag.Latest, cancellationToken));
        if (_sessions.Count >= MostSessions)
            _sessions.Clear();
        _sessions[(user, key)] = (asked, grant);
        return grant;
    }

    /// <inheritdoc/>
    public async Task<bool> IsActivePosterAsync(Address poster, CancellationToken cancellationToken)
    {
        RegistryContract registry = await RegistryAsync(cancellationToken);
        return await AskAsync("isActivePoster", () => registry.IsActivePosterAsync(poster, BlockTag.Latest, cancellationToken));
    }

    /// <inheritdoc/>
    public Task<bool> HasDevelopmentParametersAsync(CancellationToken cancellationToken) => AskAsync(
        "parameters", async () => (await new RollupContract(client, rollup).GetParametersAsync(BlockTag.Latest, cancellationToken)).DevParameters);

    internal async Task<RegistryContract> RegistryAsync(CancellationToken cancellationToken) =>
        new(client, await AddressOfAsync(s_registry, cancellationToken));

    internal async Task<Address> AddressOfAsync(AbiFunction getter, CancellationToken cancellationToken)
    {
        if (_addresses.TryGetValue(getter.Name, out Address known))
            return known;
        object[] result = await AskAsync(getter, cancellationToken);
        return _addresses[getter.Name] = (Address)result[0];
    }

    private Task<object[]> AskAsync(AbiFunction getter, CancellationToken cancellationToken) =>
        AskAsync(getter.Name, () => client.CallAsync(rollup, getter, [], BlockTag.Latest, cancellationToken));

    private async Task<T> AskAsync<T>(string what, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is RpcTransportException or JsonRpcException)
        {
            throw new ChainUnavailableException($"The chain cannot be asked for {what}: {e.Message}", e);
        }
        catch (MalformedDataException e)
        {
            throw new ChainUnavailableException($"The contracts of {rollup} have no {what} as this version expects: wrong contract or chain?", e);
        }
    }
}
