using TeeTee.Grpc;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Shards;

/// <summary>A shard that answered a handshake as the slot and key that the registry has.</summary>
/// <param name="Endpoint">Where it listens.</param>
/// <param name="Channel">Calls to it; belongs to the pool.</param>
/// <param name="Slot">Its registered slot.</param>
/// <param name="Key">Its registered key, valid now.</param>
/// <param name="TeeType">What makes its quotes.</param>
/// <param name="Limits">What it takes.</param>
internal sealed record ShardMember(Uri Endpoint, GrpcChannel Channel, Slot Slot, SlotKey Key, TeeType TeeType, Limits Limits)
{
    /// <summary>The stage of a pipeline that it is.</summary>
    public PipelineStage ToStage() => new(Slot, Endpoint.GetLeftPart(UriPartial.Authority), Key.SigningKey);
}
