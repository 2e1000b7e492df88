using System.Runtime.InteropServices;
using TeeTee.Inference.Engine.Passes;
using TeeTee.Numerics;

namespace TeeTee.Inference.Engine.Batching;

/// <summary>One turn of a scheduler: which steps it takes, the pass that they share, and what comes of them. Used by the scheduler's thread alone.</summary>
internal sealed class BatchTurn : IDisposable
{
    private readonly ForwardPass _pass;
    private readonly PrefixCache? _prefixes;
    private readonly RowPick[] _picks;
    private readonly List<PendingStep> _picking = [];
    private readonly List<PendingStep> _altered = [];
    private BatchCounters _counters;

    public BatchTurn(ShardModel model, PrefixCache? prefixes)
    {
        (_pass, _prefixes) = (model.Pass, prefixes);
        _picks = new RowPick[_pass.MaxRows];
    }

    /// <summary>The steps taken.</summary>
    public List<PendingStep> Steps { get; } = [];

    /// <summary>What has been done in all turns.</summary>
    public BatchCounters Counters => _counters with { PrefixPages = _prefixes?.Count ?? 0 };

    /// <summary>Takes steps and runs them. The pass's gate is held.</summary>
    public void Run(BatchScheduler scheduler)
    {
        _pass.Begin();
        TakeDecodes(scheduler);
        TakePrompts(scheduler);
        if (_pass.Rows > 0)
        {
            _pass.Run();
            _counters = _counters with { Passes = _counters.Passes + 1 };
        }
        foreach (PendingStep step in Steps)
            Collect(step);
        Pick();
        _pass.End();
        foreach (PendingStep step in _altered)
            RunAltered(step);
    }

    /// <summary>Forgets the steps.</summary>
    public void Clear()
    {
        Steps.Clear();
        _picking.Clear();
        _altered.Clear();
    }

    public void Dispose() => _prefixes?.Dispose();

    private void TakeDecodes(BatchScheduler scheduler)
    {
        while (scheduler.TryTakeDecode(_pass.Rows + _altered.Count, out PendingStep? step))
        {
            Add(step!, 1);
            _counters = _counters with { DecodeRows = _counters.DecodeRows + 1 };
        }
    }

    private void TakePrompts(BatchScheduler scheduler)
    {
        int budget = scheduler.PromptRows(_pass.Rows);
        // A rest of less than a page would only cut a prompt inside of one.
        for (int least = 1; budget >= least && scheduler.TryTakePrompt(out PendingStep? step); least = KvLayout.PagePositions)
        {
            int shared = _prefixes?.Advance(step!) ?? 0;
            int rows = WholePages(step!, Math.Min(step!.Left, budget));
            Add(step, rows);
            budget -= rows;
            _counters = _counters with { SharedRows = _counters.SharedRows + shared, PromptRows = _counters.PromptRows + rows };
        }
        if (_prefixes is not null)
            _counters = _counters with { PrefixProbes = _prefixes.Probes, PrefixHits = _prefixes.Hits };
    }

    // A part of a prompt ends where a page does, so that the page can be shared.
    private static int WholePages(PendingStep step, int rows)
    {
        int beyond = (step.Session.Position + rows) % KvLayout.PagePositions;
        return rows < step.Left && rows > beyond ? rows - beyond : rows;
    }

    private void Add(PendingStep step, int rows)
    {
        Steps.Add(step);
        step.Part = rows;
        if (rows == 0)
            return;
        if (step.Session.HasFault)
        {
            _altered.Add(step);
            return;
        }
        step.Run = _pass.Add(step.Session, rows, step.Step.Tokens.IsEmpty ? default : step.Step.Tokens.Slice(step.Done, rows));
        step.Run.KnownRoots = _prefixes?.RootsOf(step.Session, rows) ?? default;
        if (step.Step.Tokens.IsEmpty)
            Part(step.Step.HiddenIn.Span, step.Done, rows).CopyTo(MemoryMarshal.AsBytes(_pass.Hidden(step.Run.FirstRow, rows)));
    }

    private void Collect(PendingStep step)
    {
        if (step.Run is not { } run)
            return;
        if (!step.Step.HiddenOut.IsEmpty)
            MemoryMarshal.AsBytes(_pass.Hidden(run.FirstRow, run.Live)).CopyTo(Part(step.Step.HiddenOut.Span, step.Done, run.Live));
        step.Done += run.Live;
        if (!run.Failure.IsNone)
            step.Failure = new NonFiniteException(run.Failure.Operator!, run.Failure.Index);
        else if (!step.IsDecode)
            _prefixes?.Remember(run, _pass);
        if (step.Failure is null && step.Left == 0 && step.Step.Pick is { } sampling)
        {
            _picks[_picking.Count] = new RowPick { Row = run.FirstRow + run.Count - 1, Position = (uint)step.Session.Position, Sampling = sampling };
            _picking.Add(step);
        }
    }

    private void Pick()
    {
        if (_picking.Count == 0)
            return;
        Span<RowPick> picks = _picks.AsSpan(0, _picking.Count);
        _pass.Pick(picks);
        for (int i = 0; i < picks.Length; i++)
        {
            if (picks[i].Failure.IsNone)
                _picking[i].Token = picks[i].Token;
            else
                _picking[i].Failure = new NonFiniteException(picks[i].Failure.Operator!, picks[i].Failure.Index);
        }
    }

    /// <summary>Sessions with a fault compute some positions by the scalar path, so they run alone.</summary>
    private void RunAltered(PendingStep step)
    {
        ShardSession session = step.Session;
        int width = _pass.Width, rows = step.Part;
        float[] hidden = new float[rows * width];
        try
        {
            if (step.Step.Tokens.IsEmpty)
                Part(step.Step.HiddenIn.Span, step.Done, rows).CopyTo(MemoryMarshal.AsBytes(hidden.AsSpan()));
            else
                session.Embed(step.Step.Tokens.Span.Slice(step.Done, rows), hidden);
            session.Forward(hidden, rows, hidden);
            if (!step.Step.HiddenOut.IsEmpty)
                MemoryMarshal.AsBytes(hidden.AsSpan()).CopyTo(Part(step.Step.HiddenOut.Span, step.Done, rows));
            step.Done += rows;
            if (step.Left == 0 && step.Step.Pick is { } sampling)
                step.Token = PickAltered(session, hidden.AsSpan((rows - 1) * width), sampling);
        }
        catch (NonFiniteException failure)
        {
            step.Failure = failure;
        }
    }

    private static uint PickAltered(ShardSession session, ReadOnlySpan<float> hidden, Sampling.SamplingParameters sampling)
    {
        Span<uint> token = stackalloc uint[1];
        session.Pick(hidden, session.Position - 1, sampling, token);
        return token[0];
    }

    private Span<byte> Part(Span<byte> vectors, int first, int count)
    {
        int rowBytes = _pass.Width * sizeof(float);
        return vectors.Slice(first * rowBytes, count * rowBytes);
    }

    private ReadOnlySpan<byte> Part(ReadOnlySpan<byte> vectors, int first, int count)
    {
        int rowBytes = _pass.Width * sizeof(float);
        return vectors.Slice(first * rowBytes, count * rowBytes);
    }
}
