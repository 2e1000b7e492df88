using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>Builds the Open that goes down the ring.</summary>
internal static class OpenFrames
{
    /// <summary>Carries the key of a sealed job: the link must have passed <see cref="SealedLinks"/>.</summary>
    public static Open Build(AdmittedJob job)
    {
        Open open = new() { Request = job.Signed.ToWire(), PostBefore = job.PostBefore, Window = 1 };
        if (job.Secrets is { } secrets)
            open.DataKey = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(secrets.Key.ToArray());
        open.Pipeline.AddRange(job.Pipeline.Select(ToWire));
        return open;
    }

    private static PipelineSlot ToWire(Stage stage) => new()
    {
        SlotId = stage.SlotId,
        Operator = stage.Operator.ToWire(),
        Endpoint = stage.Endpoint.GetLeftPart(UriPartial.Authority),
        FirstLayer = stage.FirstLayer,
        LayerCount = stage.LayerCount,
        SigningKey = stage.SigningKey.ToWire(),
    };
}
