using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>A slot of a pipeline and where it is reached.</summary>
/// <param name="Slot">The registered slot.</param>
/// <param name="Endpoint">Base address of its Shard service.</param>
/// <param name="SigningKey">The key that must sign its receipt.</param>
public sealed record PipelineStage(Slot Slot, string Endpoint, Address SigningKey)
{
    private const int LongestEndpoint = 2048;

    /// <summary>Reads a stage; the model is the request's.</summary>
    public static PipelineStage Read(PipelineSlot wire, Bytes32 modelId)
    {
        ArgumentNullException.ThrowIfNull(wire);
        if (wire.Endpoint.Length > LongestEndpoint)
            throw new WireFormatException($"endpoint has {wire.Endpoint.Length} characters; at most {LongestEndpoint}.");
        Slot slot = new(wire.SlotId, wire.Operator.ReadAddress("operator"), modelId, wire.FirstLayer, wire.LayerCount);
        return new PipelineStage(slot, wire.Endpoint, wire.SigningKey.ReadAddress("signing_key"));
    }

    public PipelineSlot ToWire() => new()
    {
        SlotId = Slot.SlotId,
        Operator = Slot.Operator.ToWire(),
        Endpoint = Endpoint,
        FirstLayer = Slot.FirstLayer,
        LayerCount = Slot.LayerCount,
        SigningKey = SigningKey.ToWire(),
    };
}
