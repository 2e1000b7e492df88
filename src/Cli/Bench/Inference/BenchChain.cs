using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.ShardNode.Chain;

namespace TeeTee.Cli.Bench.Inference;

/// <summary>The registry as a benchmark's shards see it: their own slots and keys, no poster and no session.</summary>
internal sealed class BenchChain : IChainView
{
    private readonly ConcurrentDictionary<uint, (Slot Slot, SlotKey? Key)> _slots = new();

    public void Add(Slot slot, SlotKey? key) => _slots[slot.SlotId] = (slot, key);

    public Task<ulong> GetEpochSecondsAsync(CancellationToken cancellationToken) => Task.FromResult(3600ul);

    public Task<Slot?> GetSlotAsync(uint slotId, CancellationToken cancellationToken) =>
        Task.FromResult(_slots.TryGetValue(slotId, out (Slot Slot, SlotKey? Key) known) ? known.Slot : null);

    public Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SlotKey>>(_slots.TryGetValue(slotId, out (Slot Slot, SlotKey? Key) known) && known.Key is { } key ? [key] : []);

    public Task<SessionGrant?> GetSessionAsync(Address user, Address key, CancellationToken cancellationToken) => Task.FromResult<SessionGrant?>(null);

    public Task<bool> IsActivePosterAsync(Address poster, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<bool> HasDevelopmentParametersAsync(CancellationToken cancellationToken) => Task.FromResult(true);
}
