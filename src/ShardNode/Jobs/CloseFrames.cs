using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>Builds the Close that goes down the ring.</summary>
internal static class CloseFrames
{
    /// <summary>The Close of this slot, with its own result after those above.</summary>
    public static Close Build(AdmittedJob job, ClosedJob closed, IEnumerable<ShardResult> upstream, ShardResult own)
    {
        Close close = new()
        {
            Positions = (uint)closed.Positions,
            Tokens = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(WireMessages.EncodeTokens(closed.Tokens)),
            Finish = (Finish)closed.Finish,
            PostBefore = job.PostBefore,
            Cancel = closed.Cancel?.ToWire(),
        };
        close.Upstream.AddRange(upstream);
        close.Upstream.Add(own);
        return close;
    }
}
