using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Security;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Links;

/// <summary>All links and sessions of a shard: dials peers when a job needs them, accepts theirs, and routes frames by job id.</summary>
internal sealed class LinkHub : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Bytes32, LinkSession> _sessions = new();
    private readonly ConcurrentDictionary<PeerLink, long> _inbound = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly LinkDialer _dialer;
    private readonly ShardSelf _self;
    private readonly PipelineRegistry _registry;
    private readonly ShardMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private TaskCompletionSource _arrived = NewSignal();
    private long _arrivals;

    /// <param name="security">What links prove; null where they are plain.</param>
    public LinkHub(ShardSelf self, PipelineRegistry registry, LinkSecurity? security, ShardMetrics metrics, TimeProvider clock, ILogger logger)
    {
        (_self, _registry, _metrics, _clock, _logger) = (self, registry, metrics, clock, logger);
        _dialer = new LinkDialer(self, registry, security, RunAsync, clock, _stopping.Token);
    }

    /// <summary>Sessions that are open.</summary>
    public int Sessions => _sessions.Count;

    /// <summary>Starts a session that a peer opens; must not block.</summary>
    public Action<PeerLink, Bytes32, Open>? OnOpen { get; set; }

    /// <summary>The link to a peer, made now if there is none.</summary>
    /// <exception cref="JobException">LINK_LOST: it cannot be reached; INVALID_REQUEST: somebody else is there.</exception>
    public Task<PeerLink> ConnectAsync(Stage peer, CancellationToken cancellationToken) => _dialer.ConnectAsync(peer, cancellationToken);

    /// <summary>The newest link that a peer dialled. A peer sees its link up a moment before this side does, so this waits for it.</summary>
    /// <exception cref="JobException">LINK_LOST: none came.</exception>
    public async Task<PeerLink> WaitInboundAsync(Stage peer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(_self.Limits.LinkConnect, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        while (true)
        {
            Task arrived = Volatile.Read(ref _arrived).Task;
            if (FindInbound(peer) is { } link)
                return link;
            await arrived.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (either.IsCancellationRequested)
                throw JobException.Lost($"Slot {peer.SlotId} has no link to this slot.", peer.SlotId);
        }
    }

    /// <summary>Serves a Link call that a peer made.</summary>
    /// <param name="attested">What the peer proved on the TLS connection; null where links are plain.</param>
    /// <exception cref="GrpcException">The Hello does not fit, the contract does not know the peer, or there are too many links, or no Hello comes.</exception>
    public async Task AcceptAsync(
        IAsyncEnumerable<LinkFrame> requests, IGrpcStreamWriter<LinkFrame> responses, GrpcServerContext context, ShardClaims? attested)
    {
        if (attested is not null)
            await RequireRegisteredAsync(attested, context.CancellationToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, _stopping.Token);
        IAsyncEnumerator<LinkFrame> frames = requests.GetAsyncEnumerator(ended.Token);
        await responses.WriteAsync(new LinkFrame { Hello = _self.ToHello() }, ended.Token);
        LinkPeer peer = HelloExchange.Read(await FirstAsync(frames, ended), _self, null, attested);
        if (_inbound.Count >= _self.Limits.MaxInboundLinks)
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"{_inbound.Count} links are open; the limit is {_self.Limits.MaxInboundLinks}.");
        PeerLink link = new(peer);
        using CancellationTokenRegistration lost = link.Lost.Register(ended.Cancel);
        _inbound[link] = Interlocked.Increment(ref _arrivals);
        Interlocked.Exchange(ref _arrived, NewSignal()).TrySetResult();
        try
        {
            await RunAsync(link, frames, responses.WriteAsync, ended.Token);
        }
        finally
        {
            _inbound.TryRemove(link, out _);
        }
    }

    /// <summary>Adds a session, replacing one of the same job, which then fails; the caller waits for its end.</summary>
    /// <returns>The session replaced, or null.</returns>
    public LinkSession? Add(LinkSession session)
    {
        LinkSession? replaced = null;
        _sessions.AddOrUpdate(session.JobId, session, (_, old) =>
        {
            replaced = old;
            return session;
        });
        return replaced;
    }

    public void Remove(LinkSession session) => _sessions.TryRemove(new KeyValuePair<Bytes32, LinkSession>(session.JobId, session));

    /// <summary>Fails every session; the links go on to carry the aborts.</summary>
    public void FailAll(JobException failure)
    {
        foreach (LinkSession session in _sessions.Values)
            session.Fail(failure, null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        // Not disposed: links that other shards dialled are still letting go of its token.
        await _stopping.CancelAsync();
        await _dialer.DisposeAsync();
    }

    private async Task RequireRegisteredAsync(ShardClaims peer, CancellationToken cancellationToken)
    {
        try
        {
            await _registry.CheckPeerAsync(peer, cancellationToken);
        }
        catch (JobException refusal)
        {
            ShardLog.LinkRefused(_logger, peer.Slot, refusal.Message);
            throw new GrpcException(GrpcStatusCode.PermissionDenied, refusal.Message, null, refusal);
        }
    }

    /// <summary>A caller that says nothing must not hold its stream for ever: streams without a Hello are not counted as links.</summary>
    private async Task<LinkFrame?> FirstAsync(IAsyncEnumerator<LinkFrame> frames, CancellationTokenSource ended)
    {
        try
        {
            return await frames.MoveNextAsync().AsTask().WaitAsync(_self.Limits.LinkConnect, _clock, ended.Token) ? frames.Current : null;
        }
        catch (TimeoutException e)
        {
            await ended.CancelAsync();
            throw new GrpcException(GrpcStatusCode.DeadlineExceeded, $"No Hello came within {_self.Limits.LinkConnect.TotalSeconds} s.", null, e);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PeerLink? FindInbound(Stage peer) => _inbound
        .Where(entry => !entry.Key.IsLost && entry.Key.Peer.SlotId == peer.SlotId && entry.Key.Peer.SigningKey == peer.SigningKey)
        .OrderByDescending(entry => entry.Value).Select(entry => entry.Key).FirstOrDefault();

    private async Task RunAsync(
        PeerLink link, IAsyncEnumerator<LinkFrame> frames, Func<LinkFrame, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        ShardLog.LinkUp(_logger, link.Peer.SlotId);
        _metrics.LinkUp();
        string reason = "the other side ended it";
        try
        {
            await link.RunAsync(frames, write, Dispatch, cancellationToken);
        }
        catch (Exception e) when (e is GrpcException or OperationCanceledException or IOException or InvalidOperationException)
        {
            reason = e is GrpcException grpc ? $"{grpc.Code}" : e.GetType().Name;
        }
        finally
        {
            link.MarkLost();
            foreach (LinkSession session in _sessions.Values)
                session.OnLost(link);
            _metrics.LinkDown();
            ShardLog.LinkDown(_logger, link.Peer.SlotId, reason);
        }
    }

    private void Dispatch(PeerLink link, LinkFrame frame)
    {
        if (frame.FrameCase == LinkFrame.FrameOneofCase.Ping)
            _ = link.TrySend(new LinkFrame { Pong = new Pong { Nonce = frame.Ping.Nonce } });
        else if (frame.FrameCase is not (LinkFrame.FrameOneofCase.Pong or LinkFrame.FrameOneofCase.None))
            Route(link, frame);
    }

    private void Route(PeerLink link, LinkFrame frame)
    {
        if (!WireMessages.TryRead(frame.Session, out Bytes32 jobId))
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"A session id of {frame.Session.Length} bytes.");
        if (frame.Open is { } open)
            OnOpen?.Invoke(link, jobId, open);
        else if (_sessions.TryGetValue(jobId, out LinkSession? session))
            session.Post(link, frame);
        else if (frame.FrameCase is LinkFrame.FrameOneofCase.Hidden or LinkFrame.FrameOneofCase.Close)
            _ = link.TrySend(UnknownSession(frame.Session));
    }

    private LinkFrame UnknownSession(ByteString session) => new()
    {
        Session = session,
        Abort = new Abort { Code = JobFailure.LinkLost, Message = "The session is not open here.", Retryable = true, SlotId = _self.Slot.SlotId },
    };
}
