using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>
/// One pass over a shard's weights for many rows, each the next position of some session. All operators but attention see one row, and
/// attention sees the rows of one session, so that no bit of a session depends on who shares its passes or on how its positions are cut into
/// passes. A row without a finite result ends its session's run there and touches nobody else. One caller at a time, under <see cref="Gate"/>.
/// </summary>
internal sealed class ForwardPass : IDisposable
{
    private readonly PassRun[] _runs;
    private readonly PassRun[] _runOfRow;
    private readonly MatrixProduct[] _joint = new MatrixProduct[3];
    private readonly NonFinite[] _failures;
    private readonly EnterWork _enter;
    private readonly StoreWork _store;
    private readonly AttentionWork _attention;
    private readonly AttendedWork _attended;
    private readonly BranchWork _branch;
    private readonly GateWork _gate;
    private readonly CommitWork _commit;
    private readonly HeadPass _head;
    private volatile bool _anyFailed;

    public ForwardPass(ShardModel model, int maxRows)
    {
        Model = model;
        Buffers = new PassBuffers(model.Config, model.Range.Count, maxRows, model.Threads, model.IsLast);
        _runs = new PassRun[maxRows];
        for (int i = 0; i < maxRows; i++)
            _runs[i] = new PassRun();
        _runOfRow = new PassRun[maxRows];
        _failures = new NonFinite[maxRows];
        (_enter, _store, _attended, _branch, _gate) = (new(this), new(this), new(this), new(this), new(this));
        (_attention, _commit, _head) = (new(this, maxRows), new(this, maxRows), new(this));
    }

    /// <summary>Held by whoever uses the pass.</summary>
    public Lock Gate { get; } = new();

    public ShardModel Model { get; }

    public PassBuffers Buffers { get; }

    /// <summary>Width of the residual stream.</summary>
    public int Width => Model.Config.EmbeddingLength;

    /// <summary>Most rows.</summary>
    public int MaxRows => _runs.Length;

    /// <summary>Rows of this pass.</summary>
    public int Rows { get; private set; }

    /// <summary>The sessions' parts of this pass, the first <see cref="RunCount"/> of them.</summary>
    public ReadOnlySpan<PassRun> Runs => _runs;

    public int RunCount { get; private set; }

    /// <summary>The layer of the shard that is computed.</summary>
    public int CurrentLayer { get; private set; }

    /// <summary>Multiplications of attention in one layer.</summary>
    public long AttentionCost { get; private set; }

    /// <summary>Begins an empty pass.</summary>
    public void Begin() => (Rows, RunCount, AttentionCost, _anyFailed) = (0, 0, 0, false);

    /// <summary>
    /// Adds the next positions of a session that has none in this pass yet. Without tokens, the caller writes what enters the first layer to
    /// <see cref="Hidden"/> before the pass runs.
    /// </summary>
    /// <param name="session">With room for the positions.</param>
    /// <param name="count">At most as many as rows are left.</param>
    /// <param name="tokens">One per position, inside the vocabulary; empty for vectors.</param>
    public PassRun Add(ShardSession session, int count, ReadOnlyMemory<uint> tokens)
    {
        PassRun run = _runs[RunCount++];
        run.Begin(session, Rows, count, tokens);
        session.Cache.Grow(session.Position + count);
        for (int row = Rows; row < Rows + count; row++)
            (_runOfRow[row], _failures[row]) = (run, NonFinite.None);
        Rows += count;
        AttentionCost += 2L * count * (session.Position + count) * Model.Config.QueryLength;
        return run;
    }

    /// <summary>A row of the residual stream: before the pass what enters the shard, after it what leaves.</summary>
    public Span<float> Hidden(int row) => Buffers.Hidden.Slice((long)row * Width, Width);

    /// <summary>Several rows of it.</summary>
    public Span<float> Hidden(int row, int count) => Buffers.Hidden.Slice((long)row * Width, count * Width);

    /// <summary>What entered the first layer.</summary>
    public ReadOnlySpan<float> Entering(int row) => Buffers.Entering.Slice((long)row * Width, Width);

    /// <summary>Computes all layers, commits, and moves each session on by the positions that succeeded.</summary>
    public void Run()
    {
        _attention.Plan();
        Shape(Width);
        Stage(_enter);
        for (int layer = 0; layer < Model.Range.Count; layer++)
            RunLayer(layer);
        _commit.Run();
        foreach (PassRun run in Runs[..RunCount])
            run.Session.Advance(run.Live);
    }

    /// <summary>Picks the token that follows each wanted row.</summary>
    /// <param name="picks">Rows of this pass that succeeded, each with how to pick and where the pick goes.</param>
    public void Pick(Span<RowPick> picks) => _head.Run(picks);

    /// <summary>The same from vectors that left the last layer at consecutive positions; no pass may be under way.</summary>
    public NonFinite Pick(ReadOnlySpan<float> hidden, int firstPosition, SamplingParameters sampling, Span<uint> tokens) =>
        _head.Pick(hidden, firstPosition, sampling, tokens);

    /// <summary>The logits of a vector that left the last layer; no pass may be under way.</summary>
    public NonFinite Logits(ReadOnlySpan<float> hidden, Span<float> logits) => _head.Logits(hidden, logits);

    /// <summary>Lets go of the sessions.</summary>
    public void End()
    {
        foreach (PassRun run in Runs[..RunCount])
            run.End();
    }

    public PassRun RunOf(int row) => _runOfRow[row];

    public int PositionOf(int row) => _runOfRow[row].FirstPosition + row - _runOfRow[row].FirstRow;

    /// <summary>False for a row that failed, or whose session failed at an earlier position in an earlier stage.</summary>
    public bool IsLive(int row) => row - _runOfRow[row].FirstRow < _runOfRow[row].Live;

    /// <summary>Notes that a row has no finite result. Called by whoever computes the row; where several do, they name the same failure.</summary>
    public void Fail(int row, NonFinite failure)
    {
        _failures[row] = failure;
        _anyFailed = true;
    }

    /// <summary>Norms a row of the stream and quantises it for the next product.</summary>
    public NonFinite Normalize(int row, int worker, float[] weight)
    {
        Span<float> normed = Buffers.Normed.Slice((long)worker * Width, Width);
        NonFinite failure = Model.Kernels.Vectors.RmsNorm(Hidden(row), weight, Model.Config.RmsEpsilon, normed);
        return failure.IsNone ? Buffers.Batch.Write(row, normed, Model.Kernels.Vectors) : failure;
    }

    public void Dispose() => Buffers.Dispose();

    private void RunLayer(int layer)
    {
        CurrentLayer = layer;
        LayerWeights weights = Model.Layer(layer);
        Multiply(new(weights.Query, Buffers.Query), new(weights.Key, Buffers.Key), new(weights.Value, Buffers.Value));
        Stage(_store);
        _attention.Run();
        Settle();
        Shape(Model.Config.QueryLength);
        Stage(_attended);
        Multiply(new(weights.AttentionOutput, Buffers.Branch));
        Shape(Width);
        _branch.Run(weights.FeedForwardNorm);
        Settle();

        Multiply(new(weights.Gate, Buffers.Gate), new(weights.Up, Buffers.Up));
        Shape(Model.Config.FeedForwardLength);
        Stage(_gate);
        Multiply(new(weights.Down, Buffers.Branch));
        Shape(Width);
        _branch.Run(layer + 1 < Model.Range.Count ? Model.Layer(layer + 1).AttentionNorm : null);
        Settle();
    }

    private void Stage(RowWork work)
    {
        work.Run();
        Settle();
    }

    private void Shape(int columns) => Buffers.Batch.Shape(columns, Rows);

    private void Multiply(MatrixProduct first) => Multiply(1, first, default, default);

    private void Multiply(MatrixProduct first, MatrixProduct second) => Multiply(2, first, second, default);

    private void Multiply(MatrixProduct first, MatrixProduct second, MatrixProduct third) => Multiply(3, first, second, third);

    private void Multiply(int count, MatrixProduct first, MatrixProduct second, MatrixProduct third)
    {
        (_joint[0], _joint[1], _joint[2]) = (first, second, third);
        MatrixProduct.Run(Model.Pool, Model.Kernels.Matrix, Buffers.Batch, Rows, _joint.AsSpan(0, count));
    }

    /// <summary>
    /// After each stage: a run ends before its first failed row. An earlier row may still fail in a later stage, and then that is what the
    /// session fails with, as it would have if its positions had come one by one.
    /// </summary>
    private void Settle()
    {
        if (!_anyFailed)
            return;
        _anyFailed = false;
        foreach (PassRun run in Runs[..RunCount])
        {
            for (int i = 0; i < run.Live; i++)
            {
                if (!_failures[run.FirstRow + i].IsNone)
                    (run.Live, run.Failure) = (i, _failures[run.FirstRow + i]);
            }
        }
    }
}
