using TeeTee.Inference.Disputes;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tracing;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>
/// One request on one shard: its KV cache, its position and, if asked for, its trace. Used by one caller at a time;
/// sessions of the same model may run concurrently. Results do not depend on how positions are cut into calls.
/// </summary>
public sealed class ShardSession : IDisposable
{
    // Positions computed in one pass over the weights: beyond this the weights' traffic is already small beside the arithmetic.
    private const int MaxChunk = 128;

    private readonly KvCache _cache;
    private readonly SessionBuffers _buffers;
    private readonly LayerRunner _runner;
    private readonly IOperatorFault? _fault;
    private bool _disposed;

    internal ShardSession(ShardModel model, int maxPositions, bool trace, CommitmentSalts? salts, IOperatorFault? fault)
    {
        (Model, MaxPositions, _fault) = (model, maxPositions, fault);
        _cache = new KvCache(model.Config, model.Range.Count, maxPositions);
        _buffers = new SessionBuffers(model.Config, Math.Min(MaxChunk, maxPositions), maxPositions, model.Threads);
        _runner = new LayerRunner(model, _cache, _buffers);
        Trace = trace ? new ShardTrace(model.Config, model.Range, salts) : null;
    }

    /// <summary>The weights that it runs on.</summary>
    public ShardModel Model { get; }

    /// <summary>Positions there is room for.</summary>
    public int MaxPositions { get; }

    /// <summary>Positions run so far; the next one to run.</summary>
    public int Position { get; private set; }

    /// <summary>The commitments of the positions run so far; null where the session was made without.</summary>
    public ShardTrace? Trace { get; }

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
    /// A value is not finite. The session stays at the last whole internal chunk and its outputs beyond are undefined; the job is to be ended.
    /// </exception>
    public void Forward(ReadOnlySpan<float> hiddenIn, int count, Span<float> hiddenOut)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        CheckLength(hiddenIn.Length, count, nameof(hiddenIn));
        CheckLength(hiddenOut.Length, count, nameof(hiddenOut));
        if (count > MaxPositions - Position)
            throw new ContextFullException(Position, count, MaxPositions);
        for (int done = 0; done < count;)
        {
            int chunk = ChunkAt(Position, Math.Min(_buffers.Positions, count - done));
            ForwardChunk(hiddenIn.Slice(done * Width, chunk * Width), chunk, hiddenOut.Slice(done * Width, chunk * Width));
            done += chunk;
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
        (PackedMatrix head, float[] norm) = Model.Output;
        CheckLength(hidden.Length, 1, nameof(hidden));
        if (logits.Length != Model.Config.VocabularySize)
            throw new ArgumentException($"{logits.Length} logits, the vocabulary has {Model.Config.VocabularySize}.", nameof(logits));
        if (_fault?.Affects(Position - 1) == true)
        {
            new PositionExpander(Model, _cache, _fault).Head(Position - 1, hidden.ToArray()).Logits.Values.CopyTo(logits);
            return;
        }
        Span<float> normed = _buffers.Normed.Slice(0, Width);
        Model.Kernels.Vectors.RmsNorm(hidden, norm, Model.Config.RmsEpsilon, normed).Require();
        _buffers.Batch.Shape(Width);
        _buffers.Batch.Write(0, normed, Model.Kernels.Vectors);
        using NativeBuffer<float> output = new(logits.Length);
        MatrixProduct.Run(Model.Pool, Model.Kernels.Matrix, _buffers.Batch, 1, new MatrixProduct(head, output));
        output.Slice(0, logits.Length).CopyTo(logits);
    }

    /// <summary>Frees the cache; the model's memory too if it waits only for this session.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _cache.Dispose();
        _buffers.Dispose();
        Model.Leave();
    }

    /// <summary>The root over one layer's stored keys and values at all positions so far (docs/protocol.md, section 2).</summary>
    /// <param name="layer">A layer of the shard, counted over the whole model.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shard does not hold the layer.</exception>
    public Bytes32 LayerKvRoot(int layer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Model.Range.Contains(layer))
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The shard holds {Model.Range}.");
        return new PositionHasher(Model.Config, salts: null).LayerRoot(_cache, layer - Model.Range.First, Position);
    }

    /// <summary>The outputs of every operator at the next position, by the scalar definitions. The session does not move.</summary>
    /// <param name="entering">Embedding length elements that enter the first layer; altered where a fault says so.</param>
    /// <param name="sampling">How the next token is picked; null where none is.</param>
    /// <exception cref="NonFiniteException">A value is not finite.</exception>
    internal OperatorOutputs Expand(float[] entering, SamplingParameters? sampling)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Position == MaxPositions)
            throw new ContextFullException(Position, 1, MaxPositions);
        return new PositionExpander(Model, _cache, _fault).Run(Position, (float[])entering.Clone(), sampling);
    }

    /// <summary>A stored row of a position that was run, with its path below the position's kvRoot.</summary>
    internal ProvenPage ProveKvRow(int layer, bool values, int kvHead, int position)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Model.Range.Contains(layer))
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The shard holds {Model.Range}.");
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Position);
        return Trace!.ProveRow(_cache, layer, values, kvHead, position);
    }

    private void ForwardChunk(ReadOnlySpan<float> hiddenIn, int count, Span<float> hiddenOut)
    {
        Finite.Require(hiddenIn, "hiddenIn");
        Span<float> hidden = _buffers.Hidden.Slice(0, count * Width);
        hiddenIn.CopyTo(hidden);
        if (_fault?.Affects(Position) == true)
        {
            ForwardAltered(hidden, hiddenOut);
            return;
        }
        Bytes32[]? hIn = Trace?.HashVectors(Model.Pool, _buffers.Hidden, Model.Range.First, count);
        for (int layer = 0; layer < Model.Range.Count; layer++)
            _runner.Run(layer, Position, count);
        Trace?.Append(Model.Pool, _cache, count, hIn!, Trace.HashVectors(Model.Pool, _buffers.Hidden, Model.Range.End, count));
        hidden.CopyTo(hiddenOut);
        Position += count;
    }

    /// <summary>One position under a fault: the scalar path with its alterations takes the place of the fast one.</summary>
    private void ForwardAltered(Span<float> hidden, Span<float> hiddenOut)
    {
        OperatorOutputs outputs = new PositionExpander(Model, _cache, _fault).Run(Position, hidden.ToArray(), sampling: null);
        outputs.Entering.CopyTo(hidden);
        Bytes32[]? hIn = Trace?.HashVectors(Model.Pool, _buffers.Hidden, Model.Range.First, 1);
        outputs.Leaving.CopyTo(hidden);
        Trace?.Append(Model.Pool, _cache, 1, hIn!, Trace.HashVectors(Model.Pool, _buffers.Hidden, Model.Range.End, 1));
        hidden.CopyTo(hiddenOut);
        Position++;
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
