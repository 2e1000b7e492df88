using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Numerics;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>Working memory of a pass: one row per position, whoever it belongs to.</summary>
internal sealed class PassBuffers : IDisposable
{
    /// <summary>Rows whose logits are computed together: more would only need more memory.</summary>
    public const int HeadRows = 32;

    private readonly List<IDisposable> _all = [];

    private readonly int _rowsPerLayer;
    private readonly NativeBuffer<Bytes32> _leaves;

    public PassBuffers(ModelConfig config, int layers, int rows, int threads, bool head)
    {
        Rows = rows;
        _rowsPerLayer = 2 * config.KvHeadCount;
        LeavesPerRow = layers * _rowsPerLayer;
        _leaves = Own(new NativeBuffer<Bytes32>((long)rows * LeavesPerRow));
        Halves = Own(new NativeBuffer<ushort>(2L * threads * config.KvLength));
        int widest = Math.Max(Math.Max(config.EmbeddingLength, config.QueryLength), config.FeedForwardLength);
        Batch = Own(new QuantizedBatch(rows, BlockQuantizer.BlocksOf(widest)));
        Entering = Floats(rows, config.EmbeddingLength);
        Hidden = Floats(rows, config.EmbeddingLength);
        Branch = Floats(rows, config.EmbeddingLength);
        Normed = Floats(threads, config.EmbeddingLength);
        Query = Floats(rows, config.QueryLength);
        Key = Floats(rows, config.KvLength);
        Value = Floats(rows, config.KvLength);
        Attended = Floats(rows, config.QueryLength);
        Gate = Floats(rows, config.FeedForwardLength);
        Up = Floats(rows, config.FeedForwardLength);
        Gated = Floats(threads, config.FeedForwardLength);
        ScratchLength = AttentionBlock.ScratchLength(config.ContextLength, config.HeadDimension);
        Scratch = Floats(threads, ScratchLength);
        Logits = Floats(head ? Math.Min(rows, HeadRows) : 0, config.VocabularySize);
    }

    /// <summary>Rows that fit.</summary>
    public int Rows { get; }

    public QuantizedBatch Batch { get; }

    /// <summary>What enters the first layer, kept for the trace.</summary>
    public NativeBuffer<float> Entering { get; }

    /// <summary>The residual stream.</summary>
    public NativeBuffer<float> Hidden { get; }

    public NativeBuffer<float> Branch { get; }

    /// <summary>One row per thread.</summary>
    public NativeBuffer<float> Normed { get; }

    public NativeBuffer<float> Query { get; }

    public NativeBuffer<float> Key { get; }

    public NativeBuffer<float> Value { get; }

    public NativeBuffer<float> Attended { get; }

    public NativeBuffer<float> Gate { get; }

    public NativeBuffer<float> Up { get; }

    /// <summary>One row per thread.</summary>
    public NativeBuffer<float> Gated { get; }

    /// <summary>Attention's memory, one part per thread.</summary>
    public NativeBuffer<float> Scratch { get; }

    /// <summary>Elements of a thread's part of <see cref="Scratch"/>.</summary>
    public int ScratchLength { get; }

    /// <summary>One row per position that is picked from; only where the shard has the head.</summary>
    public NativeBuffer<float> Logits { get; }

    /// <summary>One row of keys and values as binary16 per thread.</summary>
    public NativeBuffer<ushort> Halves { get; }

    /// <summary>Stored k and v rows of a position in all layers: leaves of its kvRoot.</summary>
    public int LeavesPerRow { get; }

    /// <summary>The leaves of consecutive rows.</summary>
    public Span<Bytes32> Leaves(int row, int count) => _leaves.Slice((long)row * LeavesPerRow, count * LeavesPerRow);

    /// <summary>Those of one layer of a row.</summary>
    public Span<Bytes32> LayerLeaves(int row, int layer) =>
        _leaves.Slice(((long)row * LeavesPerRow) + ((long)layer * _rowsPerLayer), _rowsPerLayer);

    public void Dispose() => _all.ForEach(part => part.Dispose());

    private NativeBuffer<float> Floats(int rows, int columns) => Own(new NativeBuffer<float>((long)rows * columns));

    private T Own<T>(T part)
        where T : IDisposable
    {
        _all.Add(part);
        return part;
    }
}
