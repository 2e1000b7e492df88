using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Accounts;

namespace TeeTee.Sequencer.Shards;

/// <summary>Reads what the registry says of the models on offer.</summary>
internal static class RegistryReader
{
    /// <exception cref="ChainUnavailableException">The chain is away.</exception>
    public static async Task<RegistryView> ReadAsync(IChainReader chain, IEnumerable<ModelOffer> offers, CancellationToken cancellationToken)
    {
        var models = ImmutableDictionary.CreateBuilder<Bytes32, ListedModel>();
        var slots = ImmutableDictionary.CreateBuilder<uint, RegisteredSlot>();
        var keys = ImmutableDictionary.CreateBuilder<uint, IReadOnlyList<SlotKey>>();
        foreach (ModelOffer offer in offers)
        {
            if (await chain.GetModelAsync(offer.ModelId, cancellationToken).ConfigureAwait(false) is not { } model)
                continue;
            models[offer.ModelId] = model;
            foreach (uint id in await chain.GetSlotsOfAsync(offer.ModelId, cancellationToken).ConfigureAwait(false))
            {
                if (await chain.GetSlotAsync(id, cancellationToken).ConfigureAwait(false) is not { } slot)
                    continue;
                slots[id] = slot;
                keys[id] = await chain.GetKeysAsync(id, cancellationToken).ConfigureAwait(false);
            }
        }
        return new RegistryView(models.ToImmutable(), slots.ToImmutable(), keys.ToImmutable());
    }
}
