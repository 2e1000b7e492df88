using System.Collections.Immutable;
using TeeTee.Rollup.Requests;

namespace TeeTee.Sequencer.Shards;

/// <summary>Shards that together run a whole model now.</summary>
/// <param name="Offer">The model on offer.</param>
/// <param name="Model">Its limits.</param>
/// <param name="Stages">Contiguous over the model's layers, in order.</param>
internal sealed record Pipeline(ModelOffer Offer, ModelLimits Model, ImmutableArray<ShardMember> Stages)
{
    /// <summary>Slot 0, which drives the ring.</summary>
    public ShardMember First => Stages[0];

    /// <summary>Jobs that every stage has room for.</summary>
    public uint Capacity => Stages.Min(stage => stage.Limits.MaxConcurrentJobs);
}
