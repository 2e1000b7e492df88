using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Sequencer.Shards;

/// <summary>Models on offer, their slots and keys, as the registry had them when they were read.</summary>
internal sealed record RegistryView(
    ImmutableDictionary<Bytes32, ListedModel> Models,
    ImmutableDictionary<uint, RegisteredSlot> Slots,
    ImmutableDictionary<uint, IReadOnlyList<SlotKey>> Keys)
{
    /// <summary>Nothing is known yet.</summary>
    public static RegistryView Empty { get; } = new(
        ImmutableDictionary<Bytes32, ListedModel>.Empty,
        ImmutableDictionary<uint, RegisteredSlot>.Empty,
        ImmutableDictionary<uint, IReadOnlyList<SlotKey>>.Empty);

    /// <summary>Slots of models on offer that may still serve, ascending.</summary>
    /// <param name="now">Unix seconds.</param>
    public IEnumerable<Slot> Serving(ulong now) => Slots.Values
        .Where(slot => !slot.IsFrozen && (slot.ExitAt == 0 || now < slot.ExitAt))
        .Select(slot => slot.Slot).OrderBy(slot => slot.SlotId);
}
