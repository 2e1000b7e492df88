using System.Collections.Concurrent;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

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
    private static readonly AbiFunction s_slot = AbiFunction.Parse(
        "function slot(uint32) view returns (uint32, address, bytes32, uint32, uint32, uint128, uint64, bool)");
    private static readonly AbiFunction s_keys = AbiFunction.Parse(
        "function keysOf(uint32) view returns ((address, uint64, bytes32, uint64)[])");
    private static readonly AbiFunction s_session = AbiFunction.Parse(
        "function session(address, address) view returns (uint128, uint64, uint64, uint64)");

    private readonly ConcurrentDictionary<(Address User, Address Key), (long At, SessionGrant? Grant)> _sessions = new();
    private readonly ConcurrentDictionary<string, Address> _addresses = new(StringComparer.Ordinal);
    private ulong _epochSeconds;

    /// <inheritdoc/>
    public async Task<ulong> GetEpochSecondsAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _epochSeconds) is not 0 and var known)
            return known;
        object[] result = await AskAsync(rollup, s_epochSeconds, [], cancellationToken);
        ulong seconds = (ulong)result[0];
        Volatile.Write(ref _epochSeconds, seconds);
        return seconds;
    }

    /// <inheritdoc/>
    public async Task<Slot?> GetSlotAsync(uint slotId, CancellationToken cancellationToken)
    {
        Address registry = await AddressOfAsync(s_registry, cancellationToken);
        object[] slot = await AskAsync(registry, s_slot, [slotId], cancellationToken);
        Address owner = (Address)slot[1];
        return owner.IsZero
            ? null
            : new Slot(slotId, owner, (Bytes32)slot[2], (uint)(ulong)slot[3], (uint)(ulong)slot[4]);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, CancellationToken cancellationToken)
    {
        Address registry = await AddressOfAsync(s_registry, cancellationToken);
        object[] result = await AskAsync(registry, s_keys, [slotId], cancellationToken);
        return [.. ((object[])result[0]).Cast<object[]>().Select(key => new SlotKey(
            slotId, (Address)key[0], (Bytes32)key[2], (ulong)key[1], (ulong)key[3]))];
    }

    /// <inheritdoc/>
    public async Task<SessionGrant?> GetSessionAsync(Address user, Address key, CancellationToken cancellationToken)
    {
        if (_sessions.TryGetValue((user, key), out var cached) && clock.GetElapsedTime(cached.At) < s_sessionAge)
            return cached.Grant;
        long asked = clock.GetTimestamp();
        Address credits = await AddressOfAsync(s_credits, cancellationToken);
        object[] session = await AskAsync(credits, s_session, [user, key], cancellationToken);
        SessionGrant? grant = (ulong)session[1] == 0
            ? null
            : new SessionGrant(user, key, (UInt128)session[0], (ulong)session[2], (ulong)session[3]);
        if (_sessions.Count >= MostSessions)
            _sessions.Clear();
        _sessions[(user, key)] = (asked, grant);
        return grant;
    }

    internal async Task<Address> AddressOfAsync(AbiFunction getter, CancellationToken cancellationToken)
    {
        if (_addresses.TryGetValue(getter.Name, out Address known))
            return known;
        object[] result = await AskAsync(rollup, getter, [], cancellationToken);
        return _addresses[getter.Name] = (Address)result[0];
    }

    private async Task<object[]> AskAsync(Address contract, AbiFunction function, object[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await client.CallAsync(contract, function, arguments, BlockTag.Latest, cancellationToken);
        }
        catch (Exception e) when (e is RpcTransportException or JsonRpcException)
        {
            throw new ChainUnavailableException($"The chain cannot be asked for {function.Name} of {contract}: {e.Message}", e);
        }
        catch (MalformedDataException e)
        {
            throw new ChainUnavailableException($"{contract} has no {function.Signature} as this version expects: wrong contract or chain?", e);
        }
    }
}
