using System.Collections.Concurrent;
using TeeTee.Grpc;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Security;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Links;

/// <summary>
/// Keeps one link to each peer that jobs need; dials again with growing pauses, until a job's patience ends. A link whose proof is running
/// out is left to the jobs on it, and new ones get a new link.
/// </summary>
internal sealed class LinkDialer(
    ShardSelf self, PipelineRegistry registry, LinkSecurity? security,
    Func<PeerLink, IAsyncEnumerator<LinkFrame>, Func<LinkFrame, CancellationToken, ValueTask>, CancellationToken, Task> run,
    TimeProvider clock, CancellationToken stopping) : IAsyncDisposable
{
    private const int MostPeers = 256;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(uint Slot, Uri Endpoint), Entry> _entries = new();
    private readonly ConcurrentDictionary<DialledLink, Task> _running = new();

    /// <summary>Peers that are remembered, linked or not.</summary>
    public int Known => _entries.Count;

    public async Task<PeerLink> ConnectAsync(Stage peer, CancellationToken cancellationToken)
    {
        if (_entries.Count >= MostPeers)
            ForgetLost();
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
            if (entry.Dialled is { IsUsable: true } ready)
                return Checked(ready.Link, peer);
            entry.Dialled = await DialAsync(peer, either.Token, cancellationToken);
            _running[entry.Dialled] = RunAsync(entry.Dialled);
            return entry.Dialled.Link;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((DialledLink dialled, Task running) in _running)
        {
            dialled.Link.MarkLost();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<DialledLink> DialAsync(Stage peer, CancellationToken patience, CancellationToken cancellationToken)
    {
        string reason = "";
        for (TimeSpan pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                return await DialledLink.OpenAsync(peer, self, registry, security, clock, stopping, patience);
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

    private async Task RunAsync(DialledLink dialled)
    {
        // Not before the link is in the table that disposal walks through.
        await Task.Yield();
        await dialled.RunAsync(run, clock, stopping);
        _running.TryRemove(dialled, out _);
    }

    private static PeerLink Checked(PeerLink link, Stage peer) =>
        link.Peer.SigningKey == peer.SigningKey && link.Peer.Operator == peer.Operator
            ? link
            : throw JobException.Invalid($"Slot {peer.SlotId} has key {link.Peer.SigningKey} of {link.Peer.Operator} there; the pipeline says {peer.SigningKey} of {peer.Operator}.");

    /// <summary>Forgets links that are lost and peers that were never reached, but for those that somebody is dialling.</summary>
    private void ForgetLost()
    {
        foreach ((var key, Entry entry) in _entries)
        {
            if (entry.Dialled is null or { Link.IsLost: true } && entry.Gate.CurrentCount > 0)
                _entries.TryRemove(key, out _);
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public DialledLink? Dialled { get; set; }
    }
}
