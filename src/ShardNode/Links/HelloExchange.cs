using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Links;

/// <summary>Judges the first frame of the other side.</summary>
internal static class HelloExchange
{
    /// <summary>Reads a peer's Hello.</summary>
    /// <param name="slot">The slot that must be there, or null where any may dial in.</param>
    /// <param name="attested">What the peer proved on the TLS connection; null where links are plain.</param>
    /// <exception cref="GrpcException">FAILED_PRECONDITION naming both values, or INVALID_ARGUMENT.</exception>
    public static LinkPeer Read(LinkFrame? frame, ShardSelf self, uint? slot, ShardClaims? attested)
    {
        if (frame?.Hello is not { } hello)
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "The first frame of a link is Hello.");
        if (self.Mismatch(hello.Identity, slot) is { } mismatch)
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, mismatch);
        if (!WireMessages.TryRead(hello.Operator, out Address owner) || !WireMessages.TryRead(hello.SigningKey, out Address key) || hello.Limits is null)
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "A Hello carries operator, signing key and limits.");
        if (attested is not null && (hello.Identity.SlotId, owner, key) != (attested.Slot, attested.Operator, attested.SigningKey))
            throw new GrpcException(GrpcStatusCode.FailedPrecondition,
                $"The Hello is slot {hello.Identity.SlotId}'s of {owner} with key {key}; the certificate is slot {attested.Slot}'s of {attested.Operator} with key {attested.SigningKey}.");
        if (hello.Limits.EmbeddingLength != self.EmbeddingLength)
            throw new GrpcException(GrpcStatusCode.FailedPrecondition,
                $"The embedding length is {hello.Limits.EmbeddingLength} there and {self.EmbeddingLength} here.");
        int positions = (int)Math.Min(hello.Limits.MaxPositionsPerFrame, int.MaxValue);
        int bytes = (int)Math.Min(hello.Limits.MaxMessageBytes, int.MaxValue);
        return new LinkPeer(hello.Identity.SlotId, owner, key, ShardSelf.FramePositions(positions, bytes, self.EmbeddingLength), bytes)
        {
            IsAttested = attested is not null,
        };
    }
}
