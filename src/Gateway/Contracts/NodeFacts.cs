using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Contracts;

/// <summary>What the contracts say, on the state of one block, about those whom a sequencer names.</summary>
/// <param name="IsPoster">Whether the sequencer may post batches.</param>
/// <param name="Epoch">Epoch of the block.</param>
/// <param name="Models">Listed models by identity.</param>
/// <param name="Slots">Registered slots by id.</param>
/// <param name="Keys">Every key ever registered, by slot.</param>
public sealed record NodeFacts(
    bool IsPoster, ulong Epoch, ImmutableDictionary<Bytes32, ListedModel> Models, ImmutableDictionary<uint, Slot> Slots,
    ImmutableDictionary<uint, IReadOnlyList<SlotKey>> Keys);
