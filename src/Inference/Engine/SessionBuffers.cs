using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Numerics;

namespace TeeTee.Inference.Engine;

/// <summary>Working memory of a session for one internal chunk of positions.</summary>
internal sealed class SessionBuffers : IDisposable
{
    public SessionBuffers(ModelConfig config, int positions, int capacity, int threads)
    {
        Positions = positions;
        int widest = Math.Max(Math.Max(config.EmbeddingLength, config.QueryLength), config.FeedForwardLength);
        Batch = new QuantizedBatch(positions, BlockQuantizer.BlocksOf(widest));
        Hidden = Floats(positions, config.EmbeddingLength);
        Normed = Floats(threads, config.EmbeddingLength);
        Branch = Floats(positions, config.EmbeddingLength);
        Query = Floats(positions, config.QueryLength);
        Key = Floats(positions, config.KvLength);
        Value = Floats(positions, config.KvLength);
        Attended = Floats(positions, config.QueryLength);
        Gate = Floats(positions, config.FeedForwardLength);
        Up = Floats(positions, config.FeedForwardLength);
        Scores = Floats(threads, capacity);
    }

    /// <summary>Positions that fit.</summary>
    public int Positions { get; }

    public QuantizedBatch Batch { get; }

    public NativeBuffer<float> Hidden { get; }

    /// <summary>One row per thread.</summary>
    public NativeBuffer<float> Normed { get; }

    public NativeBuffer<float> Branch { get; }

    public NativeBuffer<float> Query { get; }

    public NativeBuffer<float> Key { get; }

    public NativeBuffer<float> Value { get; }

    public NativeBuffer<float> Attended { get; }

    public NativeBuffer<float> Gate { get; }

    public NativeBuffer<float> Up { get; }

    /// <summary>One row of scores per thread.</summary>
    public NativeBuffer<float> Scores { get; }

    public void Dispose()
    {
        Batch.Dispose();
        foreach (NativeBuffer<float> buffer in (NativeBuffer<float>[])[Hidden, Normed, Branch, Query, Key, Value, Attended, Gate, Up, Scores])
            buffer.Dispose();
    }

    private static NativeBuffer<float> Floats(int rows, int columns) => new((long)rows * columns);
}
