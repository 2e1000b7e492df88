using TeeTee.Grpc;

namespace TeeTee.Sequencer.Shards;

/// <summary>A configured endpoint and its channel, whether or not a shard answers there.</summary>
internal sealed class ShardConnection : IDisposable
{
    public ShardConnection(ShardEndpoint endpoint, JobLimits limits)
    {
        Configured = endpoint;
        Channel = GrpcChannel.ForAddress(endpoint.Endpoint, new GrpcChannelOptions
        {
            MaxReceiveMessageBytes = limits.MaxShardMessageBytes,
            // The input, the request and a pipeline.
            MaxSendMessageBytes = limits.MaxSubmissionBytes + (1 << 20),
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        });
    }

    public ShardEndpoint Configured { get; }

    public Uri Endpoint => Configured.Endpoint;

    public GrpcChannel Channel { get; }

    /// <summary>The slot that it was found to be, tried first the next time.</summary>
    public uint? KnownSlot { get; set; }

    public void Dispose() => Channel.Dispose();
}
