using System.Threading.Channels;
using TeeTee.Primitives;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Links;

/// <summary>
/// One job's frames on the links of this shard. Frames are told apart by direction: from above, from below, and from the tail (the last
/// slot, to slot 0). The first failure ends the session; whoever fails it tells which link it came from.
/// </summary>
internal sealed class LinkSession(Bytes32 jobId, int window) : IDisposable
{
    private const int MostFrames = 1024;

    private readonly Channel<LinkFrame> _above = NewChannel();
    private readonly Channel<LinkFrame> _below = NewChannel();
    private readonly Channel<LinkFrame> _tail = NewChannel();
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _window = window;

    public Bytes32 JobId => jobId;

    /// <summary>Link to the slot above; null at slot 0.</summary>
    public PeerLink? Above { get; set; }

    /// <summary>Link to the slot below; null at the last slot.</summary>
    public PeerLink? Below { get; set; }

    /// <summary>At slot 0 the link to the last slot, at the last slot the link to slot 0.</summary>
    public PeerLink? Tail { get; set; }

    public ChannelReader<LinkFrame> FromAbove => _above.Reader;

    public ChannelReader<LinkFrame> FromBelow => _below.Reader;

    public ChannelReader<LinkFrame> FromTail => _tail.Reader;

    /// <summary>Fires when the session failed.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Completes when the job behind the session has let go of everything.</summary>
    public Task Completion => _completed.Task;

    public JobException? Failure { get; private set; }

    /// <summary>The link that the failure came from, which need not be told.</summary>
    public PeerLink? FailureOrigin { get; private set; }

    /// <summary>Takes a frame from a link; never blocks. Frames from a link that has no business sending them are dropped.</summary>
    public void Post(PeerLink from, LinkFrame frame)
    {
        switch (frame.FrameCase)
        {
            case LinkFrame.FrameOneofCase.Abort when from == Above || from == Below || from == Tail:
                Fail(JobException.From(frame.Abort), from);
                break;
            case LinkFrame.FrameOneofCase.Hidden when from == Above:
                if (TakeWindow(frame.Hidden.Count))
                    Put(_above, from, frame);
                else
                    Fail(JobException.Protocol($"Slot {from.Peer.SlotId} sent more positions than it has credit for.", from.Peer.SlotId), null);
                break;
            case LinkFrame.FrameOneofCase.Close when from == Above:
                Put(_above, from, frame);
                break;
            case LinkFrame.FrameOneofCase.Opened or LinkFrame.FrameOneofCase.Credit when from == Below:
                Put(_below, from, frame);
                break;
            case LinkFrame.FrameOneofCase.Token or LinkFrame.FrameOneofCase.Receipts when from == Tail:
                Put(_tail, from, frame);
                break;
        }
    }

    /// <summary>Gives the slot above room for more positions; to be told by a Credit frame.</summary>
    public void Widen(int positions) => Interlocked.Add(ref _window, positions);

    /// <summary>Ends the session; the first failure counts.</summary>
    public void Fail(JobException failure, PeerLink? origin)
    {
        lock (_gate)
        {
            if (Failure is not null)
                return;
            (Failure, FailureOrigin) = (failure, origin);
        }
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The job ended by itself in the same moment.
        }
    }

    public void OnLost(PeerLink link)
    {
        if (link == Above || link == Below || link == Tail)
            Fail(JobException.Lost($"The link to slot {link.Peer.SlotId} is lost.", link.Peer.SlotId), link);
    }

    /// <summary>The next frame of one direction.</summary>
    /// <exception cref="JobException">The session failed, or no frame came in time (EXPIRED, retryable).</exception>
    public async Task<LinkFrame> NextAsync(ChannelReader<LinkFrame> reader, TimeSpan idle, TimeProvider clock)
    {
        if (reader.TryRead(out LinkFrame? ready))
            return ready;
        using CancellationTokenSource late = new(idle, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _ended.Token);
        try
        {
            return await reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            throw Failure ?? new JobException(JobFailure.Expired, $"No frame came within {idle.TotalSeconds} s.", true);
        }
    }

    /// <exception cref="JobException">The session failed.</exception>
    public void ThrowIfEnded()
    {
        if (Failure is { } failure)
            throw failure;
    }

    public LinkFrame Frame() => new() { Session = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(jobId.ToArray()) };

    /// <summary>Tells the neighbours that the session ended, except the one that the failure came from.</summary>
    public void SendAborts(JobException failure, uint ownSlot, bool tellAbove)
    {
        PeerLink? origin = FailureOrigin;
        PeerLink?[] neighbours = [tellAbove ? Above : null, Below, Above is null ? Tail : null];
        foreach (PeerLink link in neighbours.OfType<PeerLink>().Where(link => link != origin).Distinct())
        {
            LinkFrame frame = Frame();
            frame.Abort = failure.ToAbort(ownSlot);
            _ = link.TrySend(frame);
        }
    }

    public void Dispose()
    {
        _ended.Dispose();
        _completed.TrySetResult();
    }

    private static Channel<LinkFrame> NewChannel() => Channel.CreateBounded<LinkFrame>(MostFrames);

    private bool TakeWindow(uint count) => count <= int.MaxValue && Interlocked.Add(ref _window, -(int)count) >= 0;

    private void Put(Channel<LinkFrame> channel, PeerLink from, LinkFrame frame)
    {
        if (!channel.Writer.TryWrite(frame))
            Fail(JobException.Protocol($"Slot {from.Peer.SlotId} sent more frames than fit the queue.", from.Peer.SlotId), null);
    }
}
