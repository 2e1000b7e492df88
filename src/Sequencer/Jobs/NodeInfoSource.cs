using TeeTee.Gateway.Jobs;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Shards;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Jobs;

/// <summary>What the sequencer says of itself: <c>GET /v1/info</c>.</summary>
internal sealed class NodeInfoSource(SequencerOptions options, RollupParameters parameters, ShardPool pool)
{
    private const uint ProtocolVersion = 1;

    /// <summary>The models that a job would run on now.</summary>
    public NodeInfo Get() => new(
        ProtocolVersion, options.Deployment.ChainId, options.Deployment.Rollup, options.Key.Address, (uint)parameters.EpochSeconds,
        (uint)parameters.Window, parameters.SequencerShareBps,
        [.. options.Models.Select(offer => pool.PipelineOf(offer.ModelId)).OfType<Pipeline>().Select(Model)]);

    private static ModelInfo Model(Pipeline pipeline) => new(
        pipeline.Offer.Name, pipeline.Model.ModelId, pipeline.Model.LayerCount, pipeline.Model.ContextLength, pipeline.Model.VocabularySize,
        pipeline.Offer.PromptPrice, pipeline.Offer.OutputPrice, pipeline.First.Key.EncryptionKey, [.. pipeline.Stages.Select(Slot)]);

    private static SlotInfo Slot(ShardMember member) => new(
        member.Slot.SlotId, member.Slot.Operator, member.Slot.FirstLayer, member.Slot.LayerCount, member.Key.SigningKey,
        member.TeeType == TeeType.Tdx ? "tdx" : "simulated");
}
