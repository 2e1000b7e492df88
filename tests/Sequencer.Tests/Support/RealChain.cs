using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Accounts;
using IShardChain = TeeTee.ShardNode.Chain.IChainView;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>One contract in memory that the sequencer and real shards look at together.</summary>
internal sealed class RealChain(ListedModel model) : IChainReader, IShardChain
{
    public ConcurrentDictionary<uint, Slot> Slots { get; } = new();

    public ConcurrentDictionary<uint, SlotKey> Keys { get; } = new();

    public Task<ulong> GetChainIdAsync(CancellationToken cancellationToken) => Task.FromResult(TestWorld.Deployment.ChainId);

    public Task<RollupParameters> GetParametersAsync(CancellationToken cancellationToken) => Task.FromResult(TestWorld.Parameters);

    public Task<ulong> GetEpochSecondsAsync(CancellationToken cancellationToken) => Task.FromResult(TestWorld.Parameters.EpochSeconds);

    public Task<ListedModel?> GetModelAsync(Bytes32 modelId, CancellationToken cancellationToken) =>
        Task.FromResult(modelId == model.ModelId ? model : null);

    public Task<IReadOnlyList<uint>> GetSlotsOfAsync(Bytes32 modelId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<uint>>([.. Slots.Keys.Order()]);

    public Task<RegisteredSlot?> GetSlotAsync(uint slotId, CancellationToken cancellationToken) =>
        Task.FromResult(Slots.TryGetValue(slotId, out Slot? slot) ? new RegisteredSlot(slot, 1_000, 0, false) : null);

    public Task<bool> HasDevelopmentParametersAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    Task<Slot?> IShardChain.GetSlotAsync(uint slotId, CancellationToken cancellationToken) => Task.FromResult(Slots.GetValueOrDefault(slotId));

    public Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SlotKey>>(Keys.TryGetValue(slotId, out SlotKey? key) ? [key] : []);

    public Task<SessionGrant?> GetSessionAsync(Address user, Address key, CancellationToken cancellationToken) => Task.FromResult<SessionGrant?>(null);

    public Task<bool> IsActivePosterAsync(Address poster, CancellationToken cancellationToken) => Task.FromResult(poster == TestWorld.Sequencer.Address);

    public Task<UInt128> GetSpendableAsync(Address user, PaymentKind payment, CancellationToken cancellationToken) => Task.FromResult((UInt128)1_000_000);
}
