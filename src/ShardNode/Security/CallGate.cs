using TeeTee.Grpc;
using TeeTee.Rollup.Links;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardProtocol.Links;

namespace TeeTee.ShardNode.Security;

/// <summary>Who may make which call (docs/attested-tls.md): attested shards may link, active posters' sequencers everything else. Lets all pass where links are plain.</summary>
internal sealed class CallGate(bool plain, PosterDirectory posters)
{
    /// <summary>The claims of the shard that calls; null where links are plain.</summary>
    /// <exception cref="GrpcException">UNAUTHENTICATED, or PERMISSION_DENIED: somebody else calls.</exception>
    public ShardClaims? RequireShard(GrpcServerContext context)
    {
        if (plain)
            return null;
        LinkCaller caller = CallerOf(context);
        return caller is AttestedShard shard
            ? shard.Claims
            : throw new GrpcException(GrpcStatusCode.PermissionDenied, $"{context.Method} is for attested shards; this is {caller}.");
    }

    /// <summary>Lets the sequencer of an active poster pass.</summary>
    /// <exception cref="GrpcException">UNAUTHENTICATED; PERMISSION_DENIED: somebody else calls, or it may not post; UNAVAILABLE: the chain cannot be asked.</exception>
    public async Task RequireSequencerAsync(GrpcServerContext context)
    {
        if (plain)
            return;
        LinkCaller caller = CallerOf(context);
        if (caller is not VouchedSequencer sequencer)
            throw new GrpcException(GrpcStatusCode.PermissionDenied, $"{context.Method} is for sequencers; this is {caller}.");
        try
        {
            if (!await posters.IsActiveAsync(sequencer.Poster, context.CancellationToken))
                throw new GrpcException(GrpcStatusCode.PermissionDenied, $"{sequencer.Poster} is no active poster.");
        }
        catch (ChainUnavailableException e)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, $"Whether {sequencer.Poster} may post cannot be checked: {e.Message}", null, e);
        }
    }

    private static LinkCaller CallerOf(GrpcServerContext context) => context.HttpContext.Features.Get<LinkConnection>()?.Caller
        ?? throw new GrpcException(GrpcStatusCode.Unauthenticated, "The connection has no proven caller.");
}
