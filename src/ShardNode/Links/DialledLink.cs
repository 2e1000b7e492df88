using TeeTee.Attestation.Tls;
using TeeTee.Grpc;
using TeeTee.Rollup.Links;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Security;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Links;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Links;

/// <summary>A link that this side dialled. Each has a channel and so a TLS connection of its own: who is at its other end can never change.</summary>
internal sealed class DialledLink
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_review = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel _channel;
    private readonly GrpcDuplexCall<LinkFrame, LinkFrame> _call;
    private readonly IAsyncEnumerator<LinkFrame> _frames;
    private readonly CancellationTokenSource _ended;
    private readonly LinkClient? _client;
    private readonly LinkSecurity? _security;

    private DialledLink(Stage peer, ShardSelf self, LinkSecurity? security, TimeProvider clock, CancellationToken stopping)
    {
        _security = security;
        _client = security is null ? null : new LinkClient(security.Identity, security.Verifier, claims => FindOther(claims, peer, self), clock);
        _channel = GrpcChannel.ForAddress(peer.Endpoint, new GrpcChannelOptions
        {
            MaxReceiveMessageBytes = self.Limits.MaxMessageBytes,
            MaxSendMessageBytes = self.Limits.MaxMessageBytes,
            ConnectTimeout = s_connect,
            SslOptions = _client?.Options,
        });
        _ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _call = _channel.DuplexStreaming(ShardMethods.Link);
        _frames = _call.ReadAllAsync(_ended.Token).GetAsyncEnumerator(_ended.Token);
    }

    public PeerLink Link { get; private set; } = null!;

    /// <summary>Whether new jobs may be put on it; running ones stay on a link that is merely old.</summary>
    public bool IsUsable => !Link.IsLost && _client is not { IsAging: true };

    /// <summary>Connects, exchanges Hellos, and compares what came with the pipeline, the certificate and the contract.</summary>
    /// <exception cref="GrpcException">It cannot be reached, or proves to be somebody else (FAILED_PRECONDITION).</exception>
    /// <exception cref="JobException">Its address is of the wrong kind, or the contract does not know it.</exception>
    public static async Task<DialledLink> OpenAsync(
        Stage peer, ShardSelf self, PipelineRegistry registry, LinkSecurity? security, TimeProvider clock, CancellationToken stopping,
        CancellationToken cancellationToken)
    {
        string scheme = security is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        if (peer.Endpoint.Scheme != scheme)
            throw JobException.Invalid($"Slot {peer.SlotId} is at {peer.Endpoint.GetLeftPart(UriPartial.Authority)}; links of this shard are {scheme}.");
        DialledLink dialled = new(peer, self, security, clock, stopping);
        try
        {
            await dialled.GreetAsync(peer, self, registry, cancellationToken);
            return dialled;
        }
        catch (GrpcException e) when (dialled._client?.Refusal is { } refusal)
        {
            await dialled.CloseAsync();
            GrpcStatusCode code = refusal.Stage == PeerStage.Identity ? GrpcStatusCode.FailedPrecondition : GrpcStatusCode.Unavailable;
            throw new GrpcException(code, $"What it proves was refused. {refusal}", null, e);
        }
        catch
        {
            await dialled.CloseAsync();
            throw;
        }
    }

    /// <summary>Carries frames until either side ends or fails, or the peer's proof no longer holds.</summary>
    public async Task RunAsync(
        Func<PeerLink, IAsyncEnumerator<LinkFrame>, Func<LinkFrame, CancellationToken, ValueTask>, CancellationToken, Task> run,
        TimeProvider clock, CancellationToken stopping)
    {
        using ITimer timer = clock.CreateTimer(_ => Review(), null, s_review, s_review);
        using (Link.Lost.Register(_ended.Cancel))
            await run(Link, _frames, _call.WriteAsync, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync();
    }

    private async Task GreetAsync(Stage peer, ShardSelf self, PipelineRegistry registry, CancellationToken cancellationToken)
    {
        await _call.WriteAsync(new LinkFrame { Hello = self.ToHello() }, cancellationToken);
        bool answered = await _frames.MoveNextAsync().AsTask().WaitAsync(cancellationToken);
        ShardClaims? attested = _client?.Peer;
        LinkPeer hello = HelloExchange.Read(answered ? _frames.Current : null, self, peer.SlotId, attested);
        if (hello.SigningKey != peer.SigningKey || hello.Operator != peer.Operator)
            throw JobException.Invalid($"Slot {peer.SlotId} has key {hello.SigningKey} of {hello.Operator} there; the pipeline says {peer.SigningKey} of {peer.Operator}.");
        if (attested is not null)
            await registry.CheckPeerAsync(attested, cancellationToken);
        Link = new PeerLink(hello);
    }

    private void Review()
    {
        if (_client?.FindFault() is not { } fault || Link.IsLost)
            return;
        ShardLog.ConnectionEnded(_security!.Logger, $"slot {Link.Peer.SlotId}", fault);
        Link.MarkLost();
    }

    private async Task CloseAsync()
    {
        await _call.DisposeAsync();
        _channel.Dispose();
        _ended.Dispose();
    }

    // The pipeline does not name the encryption key; the contract does.
    private static string? FindOther(ShardClaims claims, Stage peer, ShardSelf self) => new ShardClaims(
        self.Domain.ChainId, self.Domain.Rollup, self.Slot.ModelId, peer.SlotId, peer.Operator, peer.SigningKey, claims.EncryptionKey).Mismatch(claims);
}
