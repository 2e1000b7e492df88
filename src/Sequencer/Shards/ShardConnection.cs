using TeeTee.Attestation.Tls;
using TeeTee.Grpc;
using TeeTee.Rollup.Links;
using TeeTee.ShardProtocol.Links;

namespace TeeTee.Sequencer.Shards;

/// <summary>A configured endpoint and its channel, whether or not a shard answers there.</summary>
internal sealed class ShardConnection : IDisposable
{
    private readonly ShardLinks _links;
    private readonly JobLimits _limits;
    private readonly List<(GrpcChannel Channel, LinkClient Client)> _old = [];
    private (GrpcChannel Channel, LinkClient? Client) _current;

    public ShardConnection(ShardEndpoint endpoint, JobLimits limits, ShardLinks links)
    {
        (Configured, _limits, _links) = (endpoint, limits, links);
        _current = Open();
    }

    public ShardEndpoint Configured { get; }

    public Uri Endpoint => Configured.Endpoint;

    /// <summary>For new calls. A call on one that was given up meanwhile ends as <see cref="ObjectDisposedException"/>.</summary>
    public GrpcChannel Channel => _current.Channel;

    /// <summary>What the shard proved on its TLS connection; null before the first, or where links are plain.</summary>
    public ShardClaims? Attested => _current.Client?.Peer;

    /// <summary>Why the shard's certificate was refused; null if it was not.</summary>
    public PeerError? Refusal => _current.Client?.Refusal;

    /// <summary>The slot that it was found to be, tried first the next time.</summary>
    public uint? KnownSlot { get; set; }

    /// <summary>
    /// Gives a channel up whose peer's proof does not hold any longer, or that now meets somebody else, and opens a new one before the proof
    /// runs out; running calls stay on the old one until then. To be called again and again, by one thread at a time.
    /// </summary>
    /// <returns>Why a channel was given up; null if none was.</returns>
    public PeerError? Maintain()
    {
        foreach (var old in _old.Where(old => old.Client.FindFault() is not null).ToArray())
        {
            old.Channel.Dispose();
            _old.Remove(old);
        }
        if (_current.Client is not { } client)
            return null;
        PeerError? fault = client.FindFault() ?? (client.Peer is not null && client.Refusal is { Stage: PeerStage.Identity } changed ? changed : null);
        if (fault is null && !client.IsAging)
            return null;
        GrpcChannel channel = _current.Channel;
        _current = Open();
        if (fault is null)
            _old.Add((channel, client));
        else
            channel.Dispose();
        return fault;
    }

    public void Dispose()
    {
        _current.Channel.Dispose();
        _old.ForEach(old => old.Channel.Dispose());
    }

    private (GrpcChannel, LinkClient?) Open() => _links.Open(Configured, new GrpcChannelOptions
    {
        MaxReceiveMessageBytes = _limits.MaxShardMessageBytes,
        // The input, the request and a pipeline.
        MaxSendMessageBytes = _limits.MaxSubmissionBytes + (1 << 20),
        KeepAlivePingDelay = TimeSpan.FromSeconds(10),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
    });
}
