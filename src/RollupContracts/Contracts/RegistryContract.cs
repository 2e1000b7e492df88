using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>HostRegistry: models, slots, keys and stakes.</summary>
public sealed class RegistryContract(EthereumClient client, Address address) : Contract(client, address, ContractNames.Registry)
{
    /// <summary>A slot with its stake; null if the id was never given.</summary>
    public async Task<RegisteredSlot?> GetSlotAsync(uint slotId, BlockTag block, CancellationToken cancellationToken)
    {
        object[] v = (object[])await CallAsync<object>("slot", [slotId], block, cancellationToken);
        if (((Address)v[1]).IsZero)
            return null;
        Slot slot = new((uint)(ulong)v[0], (Address)v[1], (Bytes32)v[2], (uint)(ulong)v[3], (uint)(ulong)v[4]);
        return new RegisteredSlot(slot, (UInt128)v[5], (ulong)v[6], (bool)v[7]);
    }

    /// <summary>Wei that stand at stake under an id (the slot id, or an address, padded on the left); 0 if it has none.</summary>
    public async Task<UInt128> GetStakeAsync(StakeKind kind, Bytes32 id, BlockTag block, CancellationToken cancellationToken) =>
        (UInt128)((object[])await CallAsync<object>("stakeOf", [(byte)kind, id], block, cancellationToken))[3];

    /// <summary>Every key ever registered for a slot, each valid as its judge says at that block.</summary>
    public async Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, BlockTag block, CancellationToken cancellationToken)
    {
        object[] keys = (object[])await CallAsync<object>("keysOf", [slotId], block, cancellationToken);
        return [.. keys.Cast<object[]>().Select(k => new SlotKey(slotId, (Address)k[0], (Bytes32)k[2], (ulong)k[1], (ulong)k[3]))];
    }

    /// <summary>What a key was judged to be, and whether that still stands; null if it is none of the slot's.</summary>
    public async Task<KeyStanding?> GetStandingAsync(uint slotId, Address signingKey, BlockTag block, CancellationToken cancellationToken)
    {
        object[] v = (object[])await CallAsync<object>("keyStanding", [slotId, signingKey], block, cancellationToken);
        object[] k = (object[])v[0];
        if (((Address)k[0]).IsZero)
            return null;
        SlotKey key = new(slotId, (Address)k[0], (Bytes32)k[2], (ulong)k[1], (ulong)k[3]);
        return new KeyStanding(key, (Address)v[1], (Bytes32)v[2], (Bytes32)v[3], (ulong)v[4], (bool)v[5]);
    }

    /// <summary>Ids of the slots of a model.</summary>
    public async Task<IReadOnlyList<uint>> GetSlotsOfAsync(Bytes32 modelId, BlockTag block, CancellationToken cancellationToken)
    {
        object[] ids = (object[])await CallAsync<object>("slotsOf", [modelId], block, cancellationToken);
        return [.. ids.Select(id => (uint)(ulong)id)];
    }

    /// <summary>A listed model; null if it is not.</summary>
    public async Task<ListedModel?> GetModelAsync(Bytes32 modelId, BlockTag block, CancellationToken cancellationToken)
    {
        object[] v = (object[])await CallAsync<object>("model", [modelId], block, cancellationToken);
        return (ulong)v[0] == 0
            ? null
            : new ListedModel(
                modelId, (uint)(ulong)v[0], (uint)(ulong)v[1], (uint)(ulong)v[2], (bool)v[3], (Bytes32)v[4], (Bytes32)v[5], (Bytes32)v[6]);
    }

    /// <summary>The nonce that registration evidence must carry, and until when.</summary>
    public async Task<(Bytes32 Nonce, ulong ExpiresAt)> GetRegistrationNonceAsync(uint slotId, BlockTag block, CancellationToken cancellationToken)
    {
        object[] v = (object[])await CallAsync<object>("registrationNonce", [slotId], block, cancellationToken);
        return ((Bytes32)v[0], (ulong)v[1]);
    }

    /// <summary>Whether an address may post.</summary>
    public Task<bool> IsActivePosterAsync(Address poster, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<bool>("isActivePoster", [poster], block, cancellationToken);

    /// <summary>The epoch of the block's time.</summary>
    public Task<ulong> GetCurrentEpochAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<ulong>("currentEpoch", [], block, cancellationToken);

    /// <summary>What penalties have credited an address with, in wei.</summary>
    public Task<UInt128> GetPayoutAsync(Address owner, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("payoutOf", [owner], block, cancellationToken);

    /// <summary>Calldata of <c>listModel</c>; pay the model bond.</summary>
    public byte[] ListModel(ModelConfig config, Bytes32 weightsRoot, Bytes32 tokenizerHash, uint arithmeticVersion)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Encode("listModel", config.ToTuple(), weightsRoot, tokenizerHash, arithmeticVersion);
    }

    /// <summary>Calldata of <c>registerSlot</c>; pay the stake. The id is in the SlotRegistered event.</summary>
    public byte[] RegisterSlot(Bytes32 modelId, uint firstLayer, uint layerCount, Address withdrawalAddress) =>
        Encode("registerSlot", modelId, firstLayer, layerCount, withdrawalAddress);

    /// <summary>Calldata of <c>beginRegistration</c>, which issues a nonce.</summary>
    public byte[] BeginRegistration(uint slotId) => Encode("beginRegistration", slotId);

    /// <summary>Calldata of <c>register</c>: a key with its evidence.</summary>
    public byte[] Register(uint slotId, Address signingKey, Bytes32 encryptionKey, byte[] evidence) =>
        Encode("register", slotId, signingKey, encryptionKey, evidence);

    /// <summary>Calldata of <c>revokeKey</c>.</summary>
    public byte[] RevokeKey(uint slotId, Address signingKey) => Encode("revokeKey", slotId, signingKey);

    /// <summary>Calldata of <c>registerPoster</c>; pay the stake.</summary>
    public byte[] RegisterPoster(Address withdrawalAddress) => Encode("registerPoster", withdrawalAddress);

    /// <summary>Calldata of <c>addStake</c>; pay the amount.</summary>
    public byte[] AddStake(StakeKind kind, Bytes32 id) => Encode("addStake", (byte)kind, id);

    /// <summary>Calldata of <c>requestExit</c>.</summary>
    public byte[] RequestExit(StakeKind kind, Bytes32 id) => Encode("requestExit", (byte)kind, id);

    /// <summary>Calldata of <c>withdrawStake</c>.</summary>
    public byte[] WithdrawStake(StakeKind kind, Bytes32 id) => Encode("withdrawStake", (byte)kind, id);

    /// <summary>Calldata of <c>withdrawPayout</c>.</summary>
    public byte[] WithdrawPayout(Address to) => Encode("withdrawPayout", to);
}
