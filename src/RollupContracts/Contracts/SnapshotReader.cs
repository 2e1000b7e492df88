using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;

namespace TeeTee.RollupContracts;

/// <summary>Gathers what the pure rules need to know of the contracts, all on the state of one block.</summary>
/// <param name="registry">HostRegistry.</param>
/// <param name="credits">Credits.</param>
/// <param name="vocabularySize">
/// Vocabulary size of a model whose config the caller holds, or null: such a model counts as unknown, because its config hash cannot be checked.
/// </param>
public sealed class SnapshotReader(RegistryContract registry, CreditsContract credits, Func<Bytes32, uint?> vocabularySize)
{
    /// <summary>Reads a snapshot.</summary>
    /// <param name="postedAt">Time of the batch, Unix seconds: credits and reserves are those that it may spend.</param>
    /// <param name="block">The block on whose state everything is read.</param>
    public async Task<RollupSnapshot> ReadAsync(SnapshotNeeds needs, ulong postedAt, BlockTag block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(needs);
        return new RollupSnapshot
        {
            Models = await ReadModelsAsync(needs, block, cancellationToken),
            Slots = await ReadSlotsAsync(needs, block, cancellationToken),
            SlotKeys = await EachAsync(needs.Slots, id => registry.GetKeysAsync(id, block, cancellationToken)),
            Sessions = await ReadSessionsAsync(needs, block, cancellationToken),
            CreditsOf = await EachAsync(needs.Users, u => credits.GetCreditedAsync(u, postedAt, block, cancellationToken)),
            SpendableEarningsOf = await EachAsync(needs.Users, u => credits.GetReservedAsync(u, postedAt, block, cancellationToken)),
        };
    }

    private async Task<ImmutableDictionary<Bytes32, ModelLimits>> ReadModelsAsync(SnapshotNeeds needs, BlockTag block, CancellationToken cancellationToken)
    {
        var found = ImmutableDictionary.CreateBuilder<Bytes32, ModelLimits>();
        foreach (Bytes32 id in needs.Models)
        {
            if (vocabularySize(id) is { } size && await registry.GetModelAsync(id, block, cancellationToken) is { } model)
                found[id] = model.ToLimits(size);
        }

        return found.ToImmutable();
    }

    private async Task<ImmutableDictionary<uint, Slot>> ReadSlotsAsync(SnapshotNeeds needs, BlockTag block, CancellationToken cancellationToken)
    {
        var found = ImmutableDictionary.CreateBuilder<uint, Slot>();
        foreach (uint id in needs.Slots)
        {
            if (await registry.GetSlotAsync(id, block, cancellationToken) is { } slot)
                found[id] = slot.Slot;
        }

        return found.ToImmutable();
    }

    private async Task<ImmutableDictionary<(Address User, Address Key), SessionGrant>> ReadSessionsAsync(
        SnapshotNeeds needs, BlockTag block, CancellationToken cancellationToken)
    {
        var found = ImmutableDictionary.CreateBuilder<(Address User, Address Key), SessionGrant>();
        foreach ((Address user, Address key) in needs.Sessions)
        {
            if (await credits.GetSessionAsync(user, key, block, cancellationToken) is { } session)
                found[(user, key)] = session;
        }

        return found.ToImmutable();
    }

    private static async Task<ImmutableDictionary<TKey, TValue>> EachAsync<TKey, TValue>(IEnumerable<TKey> keys, Func<TKey, Task<TValue>> read)
        where TKey : notnull
    {
        var found = ImmutableDictionary.CreateBuilder<TKey, TValue>();
        foreach (TKey key in keys)
            found[key] = await read(key);
        return found.ToImmutable();
    }
}
