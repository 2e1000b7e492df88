using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.ShardNode.Chain;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>A contract in memory.</summary>
internal sealed class FakeChain : IChainView
{
    public ulong EpochSeconds { get; init; } = 3600;

    public bool IsDown { get; set; }

    /// <summary>Answers about posters wait for it.</summary>
    public Task Posting { get; set; } = Task.CompletedTask;

    public ConcurrentDictionary<uint, Slot> Slots { get; } = new();

    public ConcurrentDictionary<uint, SlotKey> Keys { get; } = new();

    public ConcurrentDictionary<Address, bool> Posters { get; } = new();

    public ConcurrentDictionary<(Address User, Address Key), SessionGrant> Sessions { get; } = new();

    public Task<ulong> GetEpochSecondsAsync(CancellationToken cancellationToken) => Answer(EpochSeconds);

    public Task<Slot?> GetSlotAsync(uint slotId, CancellationToken cancellationToken) => Answer(Slots.GetValueOrDefault(slotId));

    public Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<SlotKey>>(Keys.TryGetValue(slotId, out SlotKey? key) ? [key] : []);

    public Task<SessionGrant?> GetSessionAsync(Address user, Address key, CancellationToken cancellationToken) =>
        Answer(Sessions.GetValueOrDefault((user, key)));

    public async Task<bool> IsActivePosterAsync(Address poster, CancellationToken cancellationToken)
    {
        await Posting;
        return await Answer(Posters.GetValueOrDefault(poster));
    }

    public bool IsDevelopment { get; set; } = true;

    public Task<bool> HasDevelopmentParametersAsync(CancellationToken cancellationToken) => Answer(IsDevelopment);

    private Task<T> Answer<T>(T value) => IsDown ? throw new ChainUnavailableException("The test's chain is down.") : Task.FromResult(value);
}
