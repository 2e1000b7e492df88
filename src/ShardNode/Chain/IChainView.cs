using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.ShardNode.Chain;

/// <summary>What a shard reads from the contracts.</summary>
public interface IChainView
{
    /// <summary>Seconds of an epoch; constant for a contract.</summary>
    /// <exception cref="ChainUnavailableException">The chain cannot be asked.</exception>
    Task<ulong> GetEpochSecondsAsync(CancellationToken cancellationToken);

    /// <summary>A registered slot, or null.</summary>
    /// <exception cref="ChainUnavailableException">The chain cannot be asked.</exception>
    Task<Slot?> GetSlotAsync(uint slotId, CancellationToken cancellationToken);

    /// <summary>Every key ever registered for a slot.</summary>
    /// <exception cref="ChainUnavailableException">The chain cannot be asked.</exception>
    Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, CancellationToken cancellationToken);

    /// <summary>The session of a user and a key, or null.</summary>
    /// <exception cref="ChainUnavailableException">The chain cannot be asked.</exception>
    Task<SessionGrant?> GetSessionAsync(Address user, Address key, CancellationToken cancellationToken);

    /// <summary>Whether an address may post batches now.</summary>
    /// <exception cref="ChainUnavailableException">The chain cannot be asked.</exception>
    Task<bool> IsActivePosterAsync(Address poster, CancellationToken cancellationToken);

    /// <summary>Whether the contract says that its parameters are a development network's.</summary>
    /// <exception cref="ChainUnavailableException">The chain cannot be asked.</exception>
    Task<bool> HasDevelopmentParametersAsync(CancellationToken cancellationToken);
}
