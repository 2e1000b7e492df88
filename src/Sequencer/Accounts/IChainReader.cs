using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.RollupContracts;

namespace TeeTee.Sequencer.Accounts;

/// <summary>What the sequencer asks the contracts while it takes and runs jobs. Every method throws <see cref="ChainUnavailableException"/>.</summary>
public interface IChainReader
{
    /// <summary>The chain's id.</summary>
    Task<ulong> GetChainIdAsync(CancellationToken cancellationToken);

    /// <summary>The numbers of the deployment.</summary>
    Task<RollupParameters> GetParametersAsync(CancellationToken cancellationToken);

    /// <summary>A listed model, or null.</summary>
    Task<ListedModel?> GetModelAsync(Bytes32 modelId, CancellationToken cancellationToken);

    /// <summary>Ids of all slots ever opened for a model.</summary>
    Task<IReadOnlyList<uint>> GetSlotsOfAsync(Bytes32 modelId, CancellationToken cancellationToken);

    /// <summary>A slot with its stake, or null.</summary>
    Task<RegisteredSlot?> GetSlotAsync(uint slotId, CancellationToken cancellationToken);

    /// <summary>Every key ever registered for a slot.</summary>
    Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, CancellationToken cancellationToken);

    /// <summary>The session of a user and a key, or null.</summary>
    Task<SessionGrant?> GetSessionAsync(Address user, Address key, CancellationToken cancellationToken);

    /// <summary>Cumulative wei that may be spent: of safe deposits less every withdrawal asked for, or of reserved earnings likewise.</summary>
    Task<UInt128> GetSpendableAsync(Address user, PaymentKind payment, CancellationToken cancellationToken);
}
