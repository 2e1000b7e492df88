using System.Diagnostics;
using TeeTee.Attestation.Encryption;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Links;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>A job at any slot but the first: checks the request itself, runs what comes from above, passes it on or picks, and signs at Close.</summary>
internal sealed class StageJob(ShardRuntime runtime, LinkSession session, Open open)
{
    private readonly List<uint> _picks = [];
    private AdmittedJob _job = null!;
    private DownstreamPort? _below;
    private bool _ended;

    private uint OwnSlot => runtime.Self.Slot.SlotId;

    /// <summary>Runs the job to its end, good or bad, after a session that it replaces. Never throws.</summary>
    public async Task RunAsync(LinkSession? replaced)
    {
        long started = Stopwatch.GetTimestamp();
        if (replaced is not null)
        {
            replaced.Fail(JobException.Lost("The job was opened again.", OwnSlot), replaced.Above);
            await replaced.Completion;
        }
        JobException? failure = await FailureOfAsync();
        if (failure is not null)
        {
            ShardLog.JobFailed(runtime.Logger, session.JobId, failure.Code, failure.SlotId, failure.Retryable, failure.Message);
            session.SendAborts(failure, OwnSlot, tellAbove: true);
        }
        runtime.Hub.Remove(session);
        runtime.Metrics.JobEnded(failure?.Code.ToString() ?? "Finished", Stopwatch.GetElapsedTime(started));
        session.Dispose();
    }

    private async Task<JobException?> FailureOfAsync()
    {
        try
        {
            await AdmitAsync();
            using IDisposable lease = runtime.Capacity.Reserve(_job.MaxPositions);
            ShardLog.JobStarted(runtime.Logger, _job.JobId, _job.MaxPositions);
            using StagePass pass = new(_job, runtime);
            using var inputs = InputFile.Create(
                runtime.InputFolder, _job.JobId, runtime.Width * sizeof(float), _job.Secrets is null ? null : runtime.AtRest);
            await OpenAsync();
            await ServeAsync(pass, inputs);
            return null;
        }
        catch (JobException e)
        {
            return e;
        }
#pragma warning disable CA1031 // Whatever goes wrong ends this one job, and is logged.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (session.Failure is { } known)
                return known;
            ShardLog.JobCrashed(runtime.Logger, e, session.JobId);
            return new JobException(JobFailure.Internal, $"Slot {OwnSlot} failed: {e.GetType().Name}.", false, OwnSlot, e);
        }
        finally
        {
            _job?.Secrets?.Dispose();
        }
    }

    private async Task AdmitAsync()
    {
        if (!WireMessages.TryRead(open.Request, out Signed<JobRequest>? signed))
            throw JobException.Invalid("The request is malformed.");
        _job = await runtime.Admission.AdmitAsync(signed, open.Pipeline, open.PostBefore, session.Ended);
        if (_job.JobId != session.JobId)
            throw JobException.Invalid("The session id is not the request's digest.");
        if (_job.IsFirst)
            throw JobException.Invalid($"Slot {OwnSlot} is the first of the pipeline; nobody opens it from above.");
        Stage above = _job.Pipeline[_job.Index - 1];
        LinkPeer peer = session.Above!.Peer;
        if (peer.SlotId != above.SlotId || peer.SigningKey != above.SigningKey)
            throw JobException.Invalid($"Slot {peer.SlotId} opens the job; the pipeline has {above.SlotId} above {OwnSlot}.");
        runtime.SealedLinks.Require(_job, session.Above);
        TakeKey();
    }

    private void TakeKey()
    {
        int expected = _job.Request.Privacy == PrivacyMode.Sealed ? DataKey.Size : 0;
        if (open.DataKey.Length != expected)
            throw JobException.Invalid($"Open carries a data key of {open.DataKey.Length} bytes; a {_job.Request.Privacy} job has {expected}.");
        if (expected > 0)
            _job = _job with { Secrets = SealedExchange.FromKey(DataKey.From(open.DataKey.Span), _job.Binding) };
    }

    private async Task OpenAsync()
    {
        if (_job.IsLast)
        {
            session.Tail = _job.Pipeline.Count == 2 ? session.Above : await runtime.Hub.WaitInboundAsync(_job.Pipeline[0], session.Ended);
            runtime.SealedLinks.Require(_job, session.Tail!);
        }
        else
        {
            session.Below = await runtime.Hub.ConnectAsync(_job.Pipeline[_job.Index + 1], session.Ended);
            runtime.SealedLinks.Require(_job, session.Below);
            _below = new DownstreamPort(session, runtime.Width, runtime.Idle, runtime.Clock);
            await _below.OpenAsync(OpenFrames.Build(_job));
        }
        LinkFrame frame = session.Frame();
        frame.Opened = new Opened { Window = (uint)runtime.Self.Limits.WindowPositions };
        await session.Above!.SendAsync(frame, session.Ended);
    }

    private async Task ServeAsync(StagePass pass, InputFile inputs)
    {
        while (true)
        {
            LinkFrame frame = await session.NextAsync(session.FromAbove, runtime.Idle, runtime.Clock);
            if (frame.Close is { } close)
            {
                await CloseAsync(pass, inputs, close);
                return;
            }
            await RunAsync(pass, inputs, frame.Hidden);
        }
    }

    private async Task RunAsync(StagePass pass, InputFile inputs, Hidden frame)
    {
        int count = CheckHidden(pass, frame);
        inputs.Append(frame.Tensor.Span);
        int first = pass.Position;
        StageOutput output = await pass.RunAsync(frame.Tensor.Memory, count, session.Ended);
        if (_below is not null)
            await _below.SendHiddenAsync(first, count, output.Hidden, frame.LastOfPrompt);
        else if (output.Token is { } token)
            await SendPickAsync(token, pass.Position);
        session.Widen(count);
        LinkFrame credit = session.Frame();
        credit.Credit = new Credit { Positions = (uint)count };
        await session.Above!.SendAsync(credit, session.Ended);
    }

    private int CheckHidden(StagePass pass, Hidden frame)
    {
        uint above = session.Above!.Peer.SlotId;
        int most = Math.Min(runtime.Self.Limits.MaxPositionsPerFrame, _job.MaxPositions - pass.Position);
        if (_ended || frame.FirstPosition != pass.Position || frame.Count == 0 || frame.Count > most)
            throw JobException.Protocol($"Slot {above} sent {frame.Count} positions from {frame.FirstPosition}; expected at most {most} from {pass.Position}.", above);
        int end = pass.Position + (int)frame.Count;
        bool prompt = pass.Position < _job.PromptTokens;
        if (prompt ? end > _job.PromptTokens : frame.Count != 1)
            throw JobException.Protocol($"Slot {above} sent positions up to {end} in one frame across the prompt's end {_job.PromptTokens}.", above);
        if (frame.LastOfPrompt != (prompt && end == _job.PromptTokens))
            throw JobException.Protocol($"Slot {above} marks the prompt's end at {end}; it is {_job.PromptTokens}.", above);
        if (frame.Tensor.Length != (long)frame.Count * runtime.Width * sizeof(float))
            throw JobException.Protocol($"Slot {above} sent {frame.Tensor.Length} bytes for {frame.Count} positions.", above);
        return (int)frame.Count;
    }

    private async Task SendPickAsync(uint token, int position)
    {
        _picks.Add(token);
        FinishReason? finish = _job.FinishAt(token, (uint)_picks.Count);
        _ended = finish is not null;
        LinkFrame frame = session.Frame();
        frame.Token = new Token { Position = (uint)position, Id = token, Finish = (Finish)(finish ?? 0) };
        await session.Tail!.SendAsync(frame, session.Ended);
    }

    private async Task CloseAsync(StagePass pass, InputFile inputs, Close close)
    {
        session.ThrowIfEnded();
        bool anyBoundary = runtime.Faults?.Active?.Kind == FaultKind.WrongBoundary;
        ClosedJob closed = CloseCheck.Check(_job, close, pass.Trace, _job.IsLast ? _picks : null, runtime.Self.Domain, anyBoundary);
        ShardResult own = runtime.Book.Sign(_job, closed, pass.Trace, () =>
        {
            inputs.Keep(closed.Positions);
            return InputFile.SizeOf(closed.Positions, runtime.Width * sizeof(float), _job.Secrets is not null);
        });
        ShardLog.JobSigned(runtime.Logger, _job.JobId, closed.Positions);
        if (_below is not null)
            await _below.SendCloseAsync(CloseFrames.Build(_job, closed, close.Upstream, own));
        else
            await SendReceiptsAsync(close, own);
    }

    private async Task SendReceiptsAsync(Close close, ShardResult own)
    {
        LinkFrame frame = session.Frame();
        frame.Receipts = new Receipts();
        frame.Receipts.Shards.AddRange(close.Upstream);
        frame.Receipts.Shards.Add(own);
        await session.Tail!.SendAsync(frame, session.Ended);
    }
}
