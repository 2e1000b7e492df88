using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine.Batching;
using TeeTee.Inference.Engine.Passes;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tracing;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>
/// One request on one shard: its keys and values, its position and, if asked for, its trace. Used by one caller at a time;
/// sessions of the same model may run concurrently. Results do not depend on how positions are cut into calls, nor on other sessions.
/// </summary>
public sealed class ShardSession : IDisposable
{
    private readonly Lock _life = new();
    private readonly IOperatorFault? _fault;
    private int _users = 1;
    private bool _disposed;
    private PendingStep? _step;

    internal ShardSession(ShardModel model, int maxPositions, bool trace, CommitmentSalts? salts, IOperatorFault? fault)
    {
        (Model, MaxPositions, _fault) = (model, maxPositions, fault);
        Cache = new KvCache(model.Pages, maxPositions);
        Trace = trace ? new ShardTrace(model.Config, model.Range, salts, maxPositions) : null;
        Prefix = trace && salts is null && fault is null ? new PrefixChain() : null;
    }

    /// <summary>The weights that it runs on.</summary>
    public ShardModel Model { get; }

    /// <summary>Positions there is room for.</summary>
    public int MaxPositions { get; }

    /// <summary>Positions run so far; the next one to run.</summary>
    public int Position { get; private set; }

    /// <summary>The commitments of the positions run so far; null where the session was made without.</summary>
    public ShardTrace? Trace { get; }

    /// <summary>The stored keys and values.</summary>
    internal KvCache Cache { get; }

    /// <summary>What its full pages are known by; null where it shares none.</summary>
    internal PrefixChain? Prefix { get; }

    /// <summary>True where some positions are altered.</summary>
    internal bool HasFault => _fault is not null;

    private int Width => Model.Config.EmbeddingLength;

    /// <summary>Looks tokens up (ruling 21); the position does not matter and does not move.</summary>
    /// <param name="tokens">Token ids below the vocabulary size.</param>
    /// <param name="hidden">Receives tokens.Length x embedding length elements.</param>
    /// <exception cref="InvalidOperationException">The shard does not hold the first layer.</exception>
    /// <exception cref="ArgumentException">An id is not in the vocabulary, or the length does not fit.</exception>
    public void Embed(ReadOnlySpan<uint> tokens, Span<float> hidden)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        PackedMatrix embedding = Model.EmbeddingMatrix;
        CheckLength(hidden.Length, tokens.Length, nameof(hidden));
        for (int i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] >= (uint)Model.Config.VocabularySize)
                throw new ArgumentException($"Token {tokens[i]} is not below {Model.Config.VocabularySize}.", nameof(tokens));
            embedding.DequantizeRow((int)tokens[i], hidden.Slice(i * Width, Width));
        }
    }

    /// <summary>Runs the next <paramref name="count"/> positions through the shard's layers, a prompt or a single token alike.</summary>
    /// <param name="hiddenIn">count x embedding length elements that enter the first layer.</param>
    /// <param name="count">Number of positions, at least 1.</param>
    /// <param name="hiddenOut">Receives what leaves the last layer; may be the memory of hiddenIn.</param>
    /// <exception cref="ContextFullException">The session has no room for them; nothing was computed.</exception>
    /// <exception cref="NonFiniteException">
    /// A value is not finite. The session stands at the first position that has one, with all before it computed and committed, and outputs
    /// from there on are undefined; the job is to be ended.
    /// </exception>
    public void Forward(ReadOnlySpan<float> hiddenIn, int count, Span<float> hiddenOut)
    {
        Enter();
        try
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
            CheckLength(hiddenIn.Length, count, nameof(hiddenIn));
            CheckLength(hiddenOut.Length, count, nameof(hiddenOut));
            CheckRoom(count);
            for (int done = 0; done < count;)
            {
                int chunk = ChunkAt(Position, Math.Min(Model.Pass.MaxRows, count - done));
                ForwardChunk(hiddenIn.Slice(done * Width, chunk * Width), chunk, hiddenOut.Slice(done * Width, chunk * Width));
                done += chunk;
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// The logits of one position from what left the last layer: final norm, then the head. To a fault it is the newest position.
    /// </summary>
    /// <param name="hidden">Embedding length elements.</param>
    /// <param name="logits">Receives vocabulary size elements.</param>
    /// <exception cref="InvalidOperationException">The shard does not hold the last layer.</exception>
    /// <exception cref="NonFiniteException">A value is not finite.</exception>
    public void Logits(ReadOnlySpan<float> hidden, Span<float> logits)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = Model.Output;
        CheckLength(hidden.Length, 1, nameof(hidden));
        if (logits.Length != Model.Config.VocabularySize)
            throw new ArgumentException($"{logits.Length} logits, the vocabulary has {Model.Config.VocabularySize}.", nameof(logits));
        if (_fault?.Affects(Position - 1) == true)
        {
            new PositionExpander(Model, Cache, _fault).Head(Position - 1, hidden.ToArray()).Logits.Values.CopyTo(logits);
            return;
        }
        lock (Model.Pass.Gate)
            Model.Pass.Logits(hidden, logits).Require();
    }

    /// <summary>
    /// Picks the tokens that follow consecutive positions from what left the last layer at each: as <see cref="Logits"/> and
    /// <see cref="TokenPicker"/> would, with the head read once for several positions. To a fault the last one is the newest position.
    /// </summary>
    /// <param name="hidden">Embedding length elements per position.</param>
    /// <param name="firstPosition">Position of the first vector; the token at firstPosition + 1 is the first picked.</param>
    /// <param name="sampling">How to pick.</param>
    /// <param name="tokens">Receives one token per position.</param>
    /// <exception cref="InvalidOperationException">The shard does not hold the last layer.</exception>
    /// <exception cref="NonFiniteException">A value is not finite.</exception>
    public void Pick(ReadOnlySpan<float> hidden, int firstPosition, SamplingParameters sampling, Span<uint> tokens)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = Model.Output;
        CheckLength(hidden.Length, tokens.Length, nameof(hidden));
        if (!sampling.IsValid)
            throw new ArgumentException($"Inverse temperature bits {sampling.InverseTemperatureBits:X8} are not in [2^-7, 2^10].", nameof(sampling));
        if (_fault is not null)
        {
            PickAltered(hidden, firstPosition, sampling, tokens);
            return;
        }
        lock (Model.Pass.Gate)
            Model.Pass.Pick(hidden, firstPosition, sampling, tokens).Require();
    }

    /// <summary>Frees its pages, at once or as soon as a pass that computes for it has ended; the model's memory too if it waits only for this session.</summary>
    public void Dispose()
    {
        lock (_life)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        _step?.Abandon(new ObjectDisposedException(nameof(ShardSession)));
        Leave();
    }

    /// <summary>The root over one layer's stored keys and values at all positions so far (docs/protocol.md, section 2).</summary>
    /// <param name="layer">A layer of the shard, counted over the whole model.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shard does not hold the layer.</exception>
    public Bytes32 LayerKvRoot(int layer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Model.Range.Contains(layer))
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The shard holds {Model.Range}.");
        return new PositionHasher(Model.Config, salts: null).LayerRoot(Cache, layer - Model.Range.First, Position);
    }

    /// <summary>The outputs of every operator at the next position, by the scalar definitions. The session does not move.</summary>
    /// <param name="entering">Embedding length elements that enter the first layer; altered where a fault says so.</param>
    /// <param name="sampling">How the next token is picked; null where none is.</param>
    /// <exception cref="NonFiniteException">A value is not finite.</exception>
    internal OperatorOutputs Expand(float[] entering, SamplingParameters? sampling)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        CheckRoom(1);
        return new PositionExpander(Model, Cache, _fault).Run(Position, (float[])entering.Clone(), sampling);
    }

    /// <summary>A stored row of a position that was run, with its path below the position's kvRoot.</summary>
    internal ProvenPage ProveKvRow(int layer, bool values, int kvHead, int position)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Model.Range.Contains(layer))
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The shard holds {Model.Range}.");
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Position);
        return Trace!.ProveRow(Cache, layer, values, kvHead, position);
    }

    /// <summary>The step of this session at a scheduler of its model.</summary>
    internal PendingStep StepOf(BatchScheduler scheduler)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (scheduler.Model != Model)
            throw new ArgumentException("The session runs on another model than the scheduler's.", nameof(scheduler));
        if (_step?.Scheduler != scheduler)
            _step = new PendingStep(scheduler, this);
        return _step;
    }

    /// <summary>Keeps the session's memory until <see cref="Leave"/>.</summary>
    /// <exception cref="ObjectDisposedException">It is gone.</exception>
    internal void Enter()
    {
        if (!TryEnter())
            throw new ObjectDisposedException(nameof(ShardSession));
    }

    internal bool TryEnter()
    {
        lock (_life)
        {
            if (_disposed)
                return false;
            _users++;
            return true;
        }
    }

    internal void Leave()
    {
        lock (_life)
        {
            if (--_users > 0)
                return;
        }
        Cache.Dispose();
        Model.Leave();
    }

    /// <summary>Notes that a pass computed and committed the next positions.</summary>
    internal void Advance(int positions) => Position += positions;

    /// <exception cref="ContextFullException">There is no room for so many more positions.</exception>
    internal void CheckRoom(int count)
    {
        if (count > MaxPositions - Position)
            throw new ContextFullException(Position, count, MaxPositions);
    }

    private void ForwardChunk(ReadOnlySpan<float> hiddenIn, int count, Span<float> hiddenOut)
    {
        if (_fault?.Affects(Position) == true)
        {
            ForwardAltered(hiddenIn, hiddenOut);
            return;
        }
        ForwardPass pass = Model.Pass;
        lock (pass.Gate)
        {
            pass.Begin();
            PassRun run = pass.Add(this, count, default);
            hiddenIn.CopyTo(pass.Hidden(0, count));
            pass.Run();
            pass.Hidden(0, run.Live).CopyTo(hiddenOut);
            NonFinite failure = run.Failure;
            pass.End();
            failure.Require();
        }
    }

    /// <summary>One position under a fault: the scalar path with its alterations takes the place of the fast one.</summary>
    private void ForwardAltered(ReadOnlySpan<float> hiddenIn, Span<float> hiddenOut)
    {
        Finite.Require(hiddenIn, "hiddenIn");
        OperatorOutputs outputs = new PositionExpander(Model, Cache, _fault).Run(Position, hiddenIn.ToArray(), sampling: null);
        Trace?.Append([Trace.Hash(Cache, Position, outputs.Entering, outputs.Leaving)]);
        outputs.Leaving.CopyTo(hiddenOut);
        Advance(1);
    }

    private void PickAltered(ReadOnlySpan<float> hidden, int firstPosition, SamplingParameters sampling, Span<uint> tokens)
    {
        float[] logits = new float[Model.Config.VocabularySize];
        for (int i = 0; i < tokens.Length; i++)
        {
            Logits(hidden.Slice(i * Width, Width), logits);
            tokens[i] = TokenPicker.Pick(logits, sampling, (uint)(firstPosition + i + 1));
        }
    }

    /// <summary>Positions of the next pass: all that are left, or up to the next one that a fault alters, which goes alone.</summary>
    private int ChunkAt(int start, int most)
    {
        if (_fault is null)
            return most;
        int count = 0;
        while (count < most && !_fault.Affects(start + count))
            count++;
        return Math.Max(count, 1);
    }

    private void CheckLength(int actual, int positions, string name)
    {
        if (actual != (long)positions * Width)
            throw new ArgumentException($"{actual} elements for {positions} positions of {Width}.", name);
    }
}
