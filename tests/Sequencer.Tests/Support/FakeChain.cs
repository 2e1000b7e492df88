using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Accounts;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>A chain in memory for tests that need it in a state that a real one is seldom in; the real one has its own tests.</summary>
internal sealed class FakeChain : IChainReader
{
    public UInt128 Credit { get; set; } = 1_000_000;

    public UInt128 Reserve { get; set; }

    public bool IsAway { get; set; }

    public ConcurrentDictionary<(Address User, Address Key), SessionGrant> Sessions { get; } = new();

    public ConcurrentDictionary<uint, SlotKey> Keys { get; } = new(TestWorld.Slots.Zip(TestWorld.ShardKeys)
        .ToDictionary(p => p.First.SlotId, p => new SlotKey(p.First.SlotId, p.Second.Address, EncryptionKey, 0, ulong.MaxValue)));

    public static Bytes32 EncryptionKey { get; } = Keccak256.Hash("encryption"u8);

    public Task<ulong> GetChainIdAsync(CancellationToken cancellationToken) => Answer(TestWorld.Deployment.ChainId);

    public Task<RollupParameters> GetParametersAsync(CancellationToken cancellationToken) => Answer(TestWorld.Parameters);

    public Task<ListedModel?> GetModelAsync(Bytes32 modelId, CancellationToken cancellationToken) => Answer(modelId == TestWorld.ModelId
        ? new ListedModel(modelId, 4, TestWorld.Context, 1, false, Bytes32.Zero, Bytes32.Zero, Bytes32.Zero)
        : null);

    public Task<IReadOnlyList<uint>> GetSlotsOfAsync(Bytes32 modelId, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<uint>>([.. TestWorld.Slots.Select(slot => slot.SlotId)]);

    public Task<RegisteredSlot?> GetSlotAsync(uint slotId, CancellationToken cancellationToken) =>
        Answer<RegisteredSlot?>(new RegisteredSlot(TestWorld.Slots.Single(slot => slot.SlotId == slotId), 1_000, 0, false));

    public Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, CancellationToken cancellationToken) => Answer<IReadOnlyList<SlotKey>>([Keys[slotId]]);

    public Task<SessionGrant?> GetSessionAsync(Address user, Address key, CancellationToken cancellationToken) =>
        Answer(Sessions.GetValueOrDefault((user, key)));

    public Task<UInt128> GetSpendableAsync(Address user, PaymentKind payment, CancellationToken cancellationToken) =>
        Answer(payment == PaymentKind.Credits ? Credit : Reserve);

    private Task<T> Answer<T>(T value) => IsAway ? Task.FromException<T>(new ChainUnavailableException("The chain is away.")) : Task.FromResult(value);
}
