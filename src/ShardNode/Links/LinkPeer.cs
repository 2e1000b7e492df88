using TeeTee.Primitives;

namespace TeeTee.ShardNode.Links;

/// <summary>Who is at the other end of a link, by its Hello.</summary>
/// <param name="FramePositions">Most positions that it takes in one Hidden frame.</param>
/// <param name="MessageBytes">Most bytes that it takes in one message.</param>
internal sealed record LinkPeer(uint SlotId, Address Operator, Address SigningKey, int FramePositions, int MessageBytes)
{
    /// <summary>True where the transport has proved that the peer is an enclave with this very slot and key; a Hello alone proves nothing.</summary>
    public bool IsAttested { get; init; }
}
