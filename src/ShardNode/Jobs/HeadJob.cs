using System.Diagnostics;
using Google.Protobuf;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Links;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>
/// A job at slot 0: embeds, runs the prompt in chunks, drives the ring token by token, streams the picks, and closes. Runs to its end
/// whoever follows it.
/// </summary>
internal sealed class HeadJob : IDisposable
{
    private readonly AdmittedJob _job;
    private readonly ShardRuntime _runtime;
    private readonly List<uint> _tokens;
    private readonly Lock _gate = new();
    private readonly LinkSession _session;
    private DownstreamPort? _below;
    private Signed<CancelJob>? _cancel;
    private bool _closing;

    /// <param name="job">Its secrets are this job's to clear.</param>
    public HeadJob(AdmittedJob job, uint[] prompt, ShardRuntime runtime)
    {
        (_job, _runtime) = (job, runtime);
        _tokens = new List<uint>(job.MaxPositions + 1);
        _tokens.AddRange(prompt);
        _session = new LinkSession(job.JobId, 0);
        Output = new OutputLog(RecordSize);
    }

    public AdmittedJob Job => _job;

    public OutputLog Output { get; }

    private int RecordSize => _job.Secrets is null ? sizeof(uint) : SealedFrame.RecordSize;

    private int Outputs => _tokens.Count - _job.PromptTokens;

    /// <summary>Takes a cancellation whose signature was checked.</summary>
    public CancelState Cancel(Signed<CancelJob> cancel)
    {
        lock (_gate)
        {
            if (_closing || cancel.Message.OutputTokens < Outputs)
                return CancelState.TooLate;
            if (_cancel is null || cancel.Message.OutputTokens < _cancel.Message.OutputTokens)
                _cancel = cancel;
            return CancelState.Accepted;
        }
    }

    /// <summary>Runs the job to its end, good or bad. Never throws.</summary>
    /// <returns>The last event, for the caller to publish in <see cref="Output"/> once it has let go of the job.</returns>
    public async Task<JobEvent> RunAsync()
    {
        long started = Stopwatch.GetTimestamp();
        ShardLog.JobStarted(_runtime.Logger, _job.JobId, _job.MaxPositions);
        (JobFinished? finished, JobException? failure) = await AttemptAsync();
        if (failure is not null)
        {
            ShardLog.JobFailed(_runtime.Logger, _job.JobId, failure.Code, failure.SlotId, failure.Retryable, failure.Message);
            _session.SendAborts(failure, _runtime.Self.Slot.SlotId, tellAbove: false);
        }
        _runtime.Hub.Remove(_session);
        _runtime.Metrics.JobEnded(failure?.Code.ToString() ?? "Finished", Stopwatch.GetElapsedTime(started));
        return failure is null ? new JobEvent { Finished = finished } : new JobEvent { Failed = failure.ToFailed(_runtime.Self.Slot.SlotId) };
    }

    /// <summary>Ends the job as failed.</summary>
    public void Fail(JobException failure) => _session.Fail(failure, null);

    public void Dispose()
    {
        _session.Dispose();
        _job.Secrets?.Dispose();
    }

    private async Task<(JobFinished? Finished, JobException? Failure)> AttemptAsync()
    {
        try
        {
            using StagePass pass = new(_job, _runtime);
            await OpenAsync();
            FinishReason finish = await GenerateAsync(pass);
            JobFinished finished = await CloseAsync(pass, finish);
            _runtime.Store.AddResult(_job.JobId, new StoredResult(finished.ToByteArray(), Output.ToArray(), RecordSize), _job.PostBefore);
            return (finished, null);
        }
        catch (JobException e)
        {
            return (null, e);
        }
#pragma warning disable CA1031 // Whatever goes wrong ends this one job, and is logged.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_session.Failure is { } known)
                return (null, known);
            ShardLog.JobCrashed(_runtime.Logger, e, _job.JobId);
            return (null, new JobException(JobFailure.Internal, $"Slot {_runtime.Self.Slot.SlotId} failed: {e.GetType().Name}.", false, cause: e));
        }
    }

    private async Task OpenAsync()
    {
        if (_job.IsLast)
            return;
        _session.Below = await _runtime.Hub.ConnectAsync(_job.Pipeline[1], _session.Ended);
        _session.Tail = _job.Pipeline.Count == 2 ? _session.Below : await _runtime.Hub.ConnectAsync(_job.Pipeline[^1], _session.Ended);
        _runtime.SealedLinks.Require(_job, _session.Below);
        _runtime.SealedLinks.Require(_job, _session.Tail);
        _runtime.Hub.Add(_session);
        _below = new DownstreamPort(_session, _runtime.Width, _runtime.Idle, _runtime.Clock);
        await _below.OpenAsync(OpenFrames.Build(_job));
    }

    private async Task<FinishReason> GenerateAsync(StagePass pass)
    {
        uint? picked = await PrefillAsync(pass);
        while (true)
        {
            uint token = picked ?? await NextPickAsync();
            if (Take(token) is { } finish)
                return finish;
            picked = await FeedAsync(pass, [token], lastOfPrompt: false);
        }
    }

    /// <summary>Runs the prompt: as it is where this is the only slot, else in frames, so that the slots below work on one while the next is computed.</summary>
    private async Task<uint?> PrefillAsync(StagePass pass)
    {
        uint[] prompt = [.. _tokens];
        int chunk = _below is null ? prompt.Length : _runtime.Self.Limits.MaxPositionsPerFrame;
        uint? picked = null;
        for (int done = 0; done < prompt.Length; done += chunk)
        {
            uint[] part = prompt[done..Math.Min(done + chunk, prompt.Length)];
            picked = await FeedAsync(pass, part, done + part.Length == prompt.Length);
        }
        return picked;
    }

    /// <returns>The pick, where this is the last slot too.</returns>
    private async Task<uint?> FeedAsync(StagePass pass, uint[] tokens, bool lastOfPrompt)
    {
        _session.ThrowIfEnded();
        int first = pass.Position;
        StageOutput output = await pass.RunAsync(tokens, _session.Ended);
        if (_below is not null)
            await _below.SendHiddenAsync(first, tokens.Length, output.Hidden, lastOfPrompt);
        return output.Token;
    }

    private async Task<uint> NextPickAsync()
    {
        while (true)
        {
            LinkFrame frame = await _session.NextAsync(_session.FromTail, _runtime.Idle, _runtime.Clock);
            if (frame.Token is not { } pick || pick.Position < _tokens.Count)
                continue;
            uint last = _job.Pipeline[^1].SlotId;
            if (pick.Position != _tokens.Count || pick.Id >= _runtime.Self.Model.VocabularySize)
                throw JobException.Protocol($"Slot {last} picked for position {pick.Position}; expected {_tokens.Count}.", last);
            FinishReason? expected = _job.FinishAt(pick.Id, (uint)Outputs + 1);
            if ((int)pick.Finish != (int)(expected ?? 0))
                throw JobException.Mismatch($"Slot {last} ends the job as {pick.Finish}; by the request it is {expected?.ToString() ?? "unfinished"}.", last);
            return pick.Id;
        }
    }

    /// <summary>Adds a pick to the output unless the user's count is reached; says whether the job ends here.</summary>
    private FinishReason? Take(uint token)
    {
        lock (_gate)
        {
            if (IsCancelReached())
                return EndAs(FinishReason.Cancelled);
            _tokens.Add(token);
            Output.Append(_job.Secrets?.SealOutput((uint)Outputs - 1, token) ?? WireMessages.EncodeTokens([token]));
            if (_job.FinishAt(token, (uint)Outputs) is { } natural)
                return EndAs(natural);
            return IsCancelReached() ? EndAs(FinishReason.Cancelled) : null;
        }
    }

    private bool IsCancelReached() => Outputs > 0 && _cancel?.Message.OutputTokens == Outputs;

    private FinishReason EndAs(FinishReason finish)
    {
        _closing = true;
        return finish;
    }

    private async Task<JobFinished> CloseAsync(StagePass pass, FinishReason finish)
    {
        uint[] tokens = [.. _tokens];
        Signed<CancelJob>? cancel = finish == FinishReason.Cancelled ? _cancel : null;
        ClosedJob closed = new(tokens.Length - 1, tokens, _job.TokensRoot(tokens), finish, cancel);
        ShardResult own = _runtime.Book.Sign(_job, closed, pass.Trace, keepInputs: () => 0);
        ShardLog.JobSigned(_runtime.Logger, _job.JobId, closed.Positions);
        IReadOnlyList<ShardResult> shards = [own];
        if (_below is not null)
        {
            await _below.SendCloseAsync(CloseFrames.Build(_job, closed, [], own));
            shards = await ReceiptsAsync(closed, own);
        }
        return Finished(closed, shards);
    }

    private async Task<IReadOnlyList<ShardResult>> ReceiptsAsync(ClosedJob closed, ShardResult own)
    {
        while (true)
        {
            LinkFrame frame = await _session.NextAsync(_session.FromTail, _runtime.Idle, _runtime.Clock);
            if (frame.Receipts is not { } receipts)
                continue;
            if (receipts.Shards.Count != _job.Pipeline.Count || !receipts.Shards[0].Equals(own))
                throw JobException.Mismatch($"{receipts.Shards.Count} results came back for {_job.Pipeline.Count} slots, or the first is not this slot's.", _job.Pipeline[^1].SlotId);
            for (int i = 1; i < receipts.Shards.Count; i++)
            {
                ReceiptCheck.Check(_job, i, receipts.Shards[i], closed, _runtime.Self.Domain);
                if (_runtime.Faults?.Active?.Kind != FaultKind.WrongBoundary)
                    ReceiptCheck.CheckMeeting(_job, i, receipts.Shards[i - 1], receipts.Shards[i]);
            }
            return receipts.Shards;
        }
    }

    private JobFinished Finished(ClosedJob closed, IReadOnlyList<ShardResult> shards)
    {
        byte[] tokens = _job.Secrets?.SealTokens(closed.TokensRoot, closed.Tokens) ?? WireMessages.EncodeTokens(closed.Tokens);
        JobFinished finished = new()
        {
            Finish = (Finish)closed.Finish,
            PromptTokens = (uint)_job.PromptTokens,
            OutputTokens = (uint)Outputs,
            TokensRoot = closed.TokensRoot.ToWire(),
            Tokens = UnsafeByteOperations.UnsafeWrap(tokens),
            Cancel = closed.Cancel?.ToWire(),
        };
        finished.Shards.AddRange(shards);
        return finished;
    }
}
