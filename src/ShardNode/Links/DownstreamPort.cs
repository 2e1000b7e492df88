using Google.Protobuf;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Links;

/// <summary>Sends one job's frames to the slot below, as far as that has given credit.</summary>
internal sealed class DownstreamPort(LinkSession session, int width, TimeSpan idle, TimeProvider clock)
{
    private long _credit;

    private PeerLink Link => session.Below!;

    /// <summary>Opens the session below and waits until all of it is ready.</summary>
    /// <exception cref="JobException">It refuses, or is lost.</exception>
    public async Task OpenAsync(Open open)
    {
        LinkFrame frame = session.Frame();
        frame.Open = open;
        await Link.SendAsync(frame, session.Ended);
        while (true)
        {
            LinkFrame reply = await session.NextAsync(session.FromBelow, idle, clock);
            if (reply.Opened is not { } opened)
                continue;
            if (opened.Window == 0)
                throw JobException.Protocol($"Slot {Link.Peer.SlotId} opened without a window.", Link.Peer.SlotId);
            _credit = opened.Window;
            return;
        }
    }

    /// <summary>Sends consecutive positions, in frames that fit the receiver.</summary>
    /// <param name="tensor">count x width fp32, little-endian; not to be changed afterwards.</param>
    public async Task SendHiddenAsync(int first, int count, ReadOnlyMemory<byte> tensor, bool lastOfPrompt)
    {
        int rowBytes = width * sizeof(float);
        for (int done = 0; done < count;)
        {
            int take = Math.Min(count - done, Link.Peer.FramePositions);
            take = (int)Math.Min(take, await CreditAsync());
            LinkFrame frame = session.Frame();
            frame.Hidden = new Hidden
            {
                FirstPosition = (uint)(first + done),
                Count = (uint)take,
                Tensor = UnsafeByteOperations.UnsafeWrap(tensor.Slice(done * rowBytes, take * rowBytes)),
                LastOfPrompt = lastOfPrompt && done + take == count,
            };
            await SendAsync(frame);
            _credit -= take;
            done += take;
        }
    }

    public async Task SendCloseAsync(Close close)
    {
        LinkFrame frame = session.Frame();
        frame.Close = close;
        await SendAsync(frame);
    }

    private async Task SendAsync(LinkFrame frame)
    {
        try
        {
            await Link.SendAsync(frame, session.Ended);
        }
        catch (OperationCanceledException)
        {
            throw session.Failure!;
        }
    }

    private async Task<long> CreditAsync()
    {
        while (session.FromBelow.TryRead(out LinkFrame? ready))
            Add(ready);
        while (_credit == 0)
            Add(await session.NextAsync(session.FromBelow, idle, clock));
        return _credit;
    }

    private void Add(LinkFrame frame) => _credit = Math.Min(_credit + (frame.Credit?.Positions ?? 0), int.MaxValue);
}
