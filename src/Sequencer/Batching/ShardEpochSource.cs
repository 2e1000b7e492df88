using TeeTee.Grpc;
using TeeTee.Sequencer.Shards;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Batching;

/// <summary>A shard service over gRPC, on the channel that jobs use too.</summary>
internal sealed class ShardEpochSource(ShardConnection shard) : IEpochSource
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public string Name { get; } = shard.Endpoint.GetLeftPart(UriPartial.Authority);

    /// <inheritdoc/>
    public async Task<GetEpochsReply> GetEpochsAsync(GetEpochsRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await shard.Channel.UnaryAsync(
                ShardMethods.GetEpochs, request, new GrpcCallOptions { Timeout = s_timeout, CancellationToken = cancellationToken }).ConfigureAwait(false);
        }
        catch (ObjectDisposedException gone)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "The connection was given up.", null, gone);
        }
    }
}
