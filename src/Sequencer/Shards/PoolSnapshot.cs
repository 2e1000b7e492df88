using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;

namespace TeeTee.Sequencer.Shards;

/// <summary>The shards that can serve, at one moment.</summary>
/// <param name="Registry">The registry as last read.</param>
/// <param name="Members">Shards whose last handshake fitted it.</param>
/// <param name="Faults">Why the other endpoints are not members.</param>
/// <param name="Pipelines">Complete pipelines by model.</param>
internal sealed record PoolSnapshot(
    RegistryView Registry,
    ImmutableArray<ShardMember> Members,
    ImmutableDictionary<Uri, string> Faults,
    ImmutableDictionary<Bytes32, Pipeline> Pipelines)
{
    /// <summary>Nothing is known yet.</summary>
    public static PoolSnapshot Empty { get; } = new(
        RegistryView.Empty, [], ImmutableDictionary<Uri, string>.Empty, ImmutableDictionary<Bytes32, Pipeline>.Empty);

    /// <summary>The snapshot of these members.</summary>
    public static PoolSnapshot Create(
        RegistryView registry, IEnumerable<ShardMember> members, ImmutableDictionary<Uri, string> faults, IEnumerable<ModelOffer> offers)
    {
        ImmutableArray<ShardMember> all = [.. members];
        var pipelines = ImmutableDictionary.CreateBuilder<Bytes32, Pipeline>();
        foreach (ModelOffer offer in offers)
        {
            if (!registry.Models.TryGetValue(offer.ModelId, out var listed) || listed.IsSuspended)
                continue;
            if (PipelinePlanner.Plan(all.Where(m => m.Slot.ModelId == offer.ModelId), listed.LayerCount) is not { } stages)
                continue;
            ModelLimits model = listed.ToLimits(offer.VocabularySize ?? stages[0].Limits.VocabularySize);
            pipelines[offer.ModelId] = new Pipeline(offer, model, stages);
        }
        return new PoolSnapshot(registry, all, faults, pipelines.ToImmutable());
    }

    /// <summary>The snapshot without the shards of an endpoint.</summary>
    public PoolSnapshot Without(Uri endpoint, string fault, IEnumerable<ModelOffer> offers) =>
        Create(Registry, Members.Where(m => m.Endpoint != endpoint), Faults.SetItem(endpoint, fault), offers);

    /// <summary>What the rules of an answer need to know of models, slots and keys.</summary>
    public RollupSnapshot ToView(ModelLimits model) => new()
    {
        Models = ImmutableDictionary<Bytes32, ModelLimits>.Empty.Add(model.ModelId, model),
        Slots = Registry.Slots.ToImmutableDictionary(s => s.Key, s => s.Value.Slot),
        SlotKeys = Registry.Keys,
    };
}
