using TeeTee.Grpc;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Batching;

/// <summary>A shard service over gRPC.</summary>
internal sealed class ShardEpochSource(Uri endpoint) : IEpochSource, IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions { MaxReceiveMessageBytes = 16 << 20 });

    /// <inheritdoc/>
    public string Name { get; } = endpoint.GetLeftPart(UriPartial.Authority);

    /// <inheritdoc/>
    public Task<GetEpochsReply> GetEpochsAsync(GetEpochsRequest request, CancellationToken cancellationToken) => _channel.UnaryAsync(
        ShardMethods.GetEpochs, request, new GrpcCallOptions { Timeout = s_timeout, CancellationToken = cancellationToken });

    public void Dispose() => _channel.Dispose();
}
