using System.Collections.Concurrent;
using TeeTee.Grpc;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Links;

/// <summary>Keeps one link to each peer that jobs need; dials again with growing pauses, until a job's patience ends.</summary>
internal sealed class LinkDialer(
    ShardSelf self, Func<PeerLink, IAsyncEnumerator<LinkFrame>, Func<LinkFrame, CancellationToken, ValueTask>, CancellationToken, Task> run,
    TimeProvider clock, CancellationToken stopping) : IAsyncDisposable
{
    private const int MostPeers = 256;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(uint Slot, Uri Endpoint), Entry> _entries = new();

    public async Task<PeerLink> ConnectAsync(Stage peer, CancellationToken cancellationToken)
    {
        if (_entries.Count >= MostPeers)
            await ForgetLostAsync();
        Entry entry = _entries.GetOrAdd((peer.SlotId, peer.Endpoint), _ => new Entry());
        using CancellationTokenSource patience = new(self.Limits.LinkConnect, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken, stopping);
        try
        {
            await entry.Gate.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw JobException.Lost($"Slot {peer.SlotId} cannot be reached.", peer.SlotId);
        }
        try
        {
            if (entry.Link is { IsLost: false } ready)
                return Checked(ready, peer);
            entry.Link = await DialAsync(entry, peer, either.Token, cancellationToken);
            return entry.Link;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Entry entry in _entries.Values)
        {
            entry.Link?.MarkLost();
            await entry.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            entry.Channel?.Dispose();
        }
    }

    private async Task<PeerLink> DialAsync(Entry entry, Stage peer, CancellationToken patience, CancellationToken cancellationToken)
    {
        string reason = "";
        for (TimeSpan pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                return await OnceAsync(entry, peer, patience);
            }
            catch (GrpcException e) when (e.Code is GrpcStatusCode.FailedPrecondition or GrpcStatusCode.InvalidArgument)
            {
                throw JobException.Invalid($"Slot {peer.SlotId} is not what the pipeline says: {e.Message}");
            }
            catch (GrpcException e)
            {
                reason = e.Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Out of patience: said below.
            }
            if (patience.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw JobException.Lost($"Slot {peer.SlotId} cannot be reached. {reason}", peer.SlotId);
            }
            await Task.Delay(pause, clock, patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<PeerLink> OnceAsync(Entry entry, Stage peer, CancellationToken cancellationToken)
    {
        entry.Channel ??= GrpcChannel.ForAddress(peer.Endpoint, new GrpcChannelOptions
        {
            MaxReceiveMessageBytes = self.Limits.MaxMessageBytes,
            MaxSendMessageBytes = self.Limits.MaxMessageBytes,
            ConnectTimeout = TimeSpan.FromSeconds(3),
        });
        GrpcDuplexCall<LinkFrame, LinkFrame> call = entry.Channel.DuplexStreaming(ShardMethods.Link);
        var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        IAsyncEnumerator<LinkFrame> frames = call.ReadAllAsync(ended.Token).GetAsyncEnumerator(ended.Token);
        try
        {
            await call.WriteAsync(new LinkFrame { Hello = self.ToHello() }, cancellationToken);
            bool answered = await frames.MoveNextAsync().AsTask().WaitAsync(cancellationToken);
            PeerLink link = Checked(new PeerLink(HelloExchange.Read(answered ? frames.Current : null, self, peer.SlotId)), peer);
            entry.Running = RunAsync(call, frames, link, ended);
            return link;
        }
        catch
        {
            await call.DisposeAsync();
            ended.Dispose();
            throw;
        }
    }

    private async Task RunAsync(GrpcDuplexCall<LinkFrame, LinkFrame> call, IAsyncEnumerator<LinkFrame> frames, PeerLink link, CancellationTokenSource ended)
    {
        using (ended)
        using (link.Lost.Register(ended.Cancel))
        await using (call)
            await run(link, frames, call.WriteAsync, stopping);
    }

    private static PeerLink Checked(PeerLink link, Stage peer) =>
        link.Peer.SigningKey == peer.SigningKey && link.Peer.Operator == peer.Operator
            ? link
            : throw JobException.Invalid($"Slot {peer.SlotId} has key {link.Peer.SigningKey} of {link.Peer.Operator} there; the pipeline says {peer.SigningKey} of {peer.Operator}.");

    private async Task ForgetLostAsync()
    {
        foreach ((var key, Entry entry) in _entries)
        {
            if (entry.Link is not { IsLost: true } || !_entries.TryRemove(key, out _))
                continue;
            await entry.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            entry.Channel?.Dispose();
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public GrpcChannel? Channel { get; set; }

        public PeerLink? Link { get; set; }

        public Task Running { get; set; } = Task.CompletedTask;
    }
}
