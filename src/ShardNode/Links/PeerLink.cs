using System.Threading.Channels;
using TeeTee.Grpc;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Links;

/// <summary>
/// One Link stream after its Hellos, from either end. Frames are queued in a bounded queue and written in order; once the stream
/// ended in any way, the link is lost for good and every session on it fails.
/// </summary>
internal sealed class PeerLink(LinkPeer peer)
{
    // Hidden frames are bounded by credit, all others are small; a full queue slows its sender down.
    private const int MostQueued = 256;

    private readonly Channel<LinkFrame> _queue = Channel.CreateBounded<LinkFrame>(
        new BoundedChannelOptions(MostQueued) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait, AllowSynchronousContinuations = true });
    private readonly CancellationTokenSource _lost = new();

    public LinkPeer Peer => peer;

    /// <summary>Fires when the link is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    public bool IsLost => _lost.IsCancellationRequested;

    /// <summary>Queues a frame.</summary>
    /// <exception cref="JobException">LINK_LOST.</exception>
    public async ValueTask SendAsync(LinkFrame frame, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(frame, cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw JobException.Lost($"The link to slot {peer.SlotId} is lost.", peer.SlotId, e);
        }
    }

    /// <summary>Queues a frame if there is room; for answers that nobody waits for.</summary>
    public bool TrySend(LinkFrame frame) => _queue.Writer.TryWrite(frame);

    /// <summary>Writes queued frames and hands read ones to <paramref name="dispatch"/> until either side ends or fails.</summary>
    /// <param name="frames">Must end when <see cref="Lost"/> fires.</param>
    /// <param name="write">Sends one frame.</param>
    /// <param name="dispatch">Takes a frame; never blocks.</param>
    /// <param name="cancellationToken">Ends the link.</param>
    public async Task RunAsync(
        IAsyncEnumerator<LinkFrame> frames, Func<LinkFrame, CancellationToken, ValueTask> write, Action<PeerLink, LinkFrame> dispatch,
        CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lost.Token);
        Task reading = ReadAsync(frames, dispatch, ended.Token);
        Task writing = WriteAsync(write, ended.Token);
        try
        {
            await await Task.WhenAny(reading, writing);
        }
        finally
        {
            MarkLost();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends the link.</summary>
    public void MarkLost()
    {
        _queue.Writer.TryComplete();
        _lost.Cancel();
    }

    private async Task ReadAsync(IAsyncEnumerator<LinkFrame> frames, Action<PeerLink, LinkFrame> dispatch, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested && await frames.MoveNextAsync())
            dispatch(this, frames.Current);
    }

    private async Task WriteAsync(Func<LinkFrame, CancellationToken, ValueTask> write, CancellationToken ended)
    {
        await foreach (LinkFrame frame in _queue.Reader.ReadAllAsync(ended))
            await write(frame, ended);
    }
}
