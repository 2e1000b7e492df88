using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Numerics;

namespace TeeTee.Inference.Engine;

/// <summary>
/// Runs one layer over a chunk of positions: norm, q/k/v, rotation and storage, attention, output, residual, norm, gated
/// feed-forward, residual. Positions only meet in attention, which reads stored rows, so the chunk's size cannot change a bit.
/// </summary>
internal sealed class LayerRunner(ShardModel model, KvCache cache, SessionBuffers buffers)
{
    private readonly ModelConfig _config = model.Config;
    private readonly WorkerPool _pool = model.Pool;
    private readonly KernelSet _kernels = model.Kernels;

    /// <summary>Advances the hidden state of positions [start, start + count) by one layer of the shard.</summary>
    /// <exception cref="NonFiniteException">An operator output is not finite.</exception>
    public void Run(int layer, int start, int count)
    {
        LayerWeights weights = model.Layer(layer);
        Normalize(weights.AttentionNorm, count);
        Multiply(count, new(weights.Query, buffers.Query), new(weights.Key, buffers.Key), new(weights.Value, buffers.Value));
        _pool.Run(count, (t, _) => RotateAndStore(layer, start + t, t));
        _pool.Run(count * _config.HeadCount, (item, worker) => Attend(layer, start, item, worker));
        Quantize(buffers.Attended, _config.QueryLength, count);
        Multiply(count, new MatrixProduct(weights.AttentionOutput, buffers.Branch));
        AddBranch(count);

        Normalize(weights.FeedForwardNorm, count);
        Multiply(count, new(weights.Gate, buffers.Gate), new(weights.Up, buffers.Up));
        GateAndQuantize(count);
        Multiply(count, new MatrixProduct(weights.Down, buffers.Branch));
        AddBranch(count);
    }

    private void Multiply(int count, params MatrixProduct[] products) =>
        MatrixProduct.Run(_pool, _kernels.Matrix, buffers.Batch, count, products);

    private void Normalize(float[] weight, int count)
    {
        buffers.Batch.Shape(_config.EmbeddingLength);
        _pool.Run(count, (t, worker) =>
        {
            Span<float> normed = Row(buffers.Normed, worker, _config.EmbeddingLength);
            _kernels.Vectors.RmsNorm(Row(buffers.Hidden, t, _config.EmbeddingLength), weight, _config.RmsEpsilon, normed).Require();
            buffers.Batch.Write(t, normed, _kernels.Vectors);
        });
    }

    private void Quantize(NativeBuffer<float> source, int width, int count)
    {
        buffers.Batch.Shape(width);
        _pool.Run(count, (t, _) => buffers.Batch.Write(t, Row(source, t, width), _kernels.Vectors));
    }

    private void GateAndQuantize(int count)
    {
        int width = _config.FeedForwardLength;
        buffers.Batch.Shape(width);
        _pool.Run(count, (t, _) =>
        {
            Span<float> gate = Row(buffers.Gate, t, width);
            _kernels.Vectors.SiluGate(gate, Row(buffers.Up, t, width), gate).Require();
            buffers.Batch.Write(t, gate, _kernels.Vectors);
        });
    }

    private void AddBranch(int count) => _pool.Run(count, (t, _) =>
        _kernels.Vectors.Residual(Row(buffers.Hidden, t, _config.EmbeddingLength), Row(buffers.Branch, t, _config.EmbeddingLength)).Require());

    private void RotateAndStore(int layer, int position, int t)
    {
        bool halfSplit = _config.RopePairing == RopePairing.Neox;
        for (int head = 0; head < _config.HeadCount; head++)
            Rope.Apply(Head(buffers.Query, t, head, _config.QueryLength), model.Cosines(position), model.Sines(position), halfSplit);
        for (int head = 0; head < _config.KvHeadCount; head++)
        {
            Span<float> key = Head(buffers.Key, t, head, _config.KvLength);
            Rope.Apply(key, model.Cosines(position), model.Sines(position), halfSplit);
            Fp16.FromSingle(key, cache.Row(layer, values: false, head, position));
            Fp16.FromSingle(Head(buffers.Value, t, head, _config.KvLength), cache.Row(layer, values: true, head, position));
        }
    }

    private void Attend(int layer, int start, int item, int worker)
    {
        (int t, int head) = Math.DivRem(item, _config.HeadCount);
        int positions = start + t + 1;
        int kvHead = Attention.KvHeadOf(head, _config.HeadCount, _config.KvHeadCount);
        _kernels.Vectors.AttentionHead(
            Head(buffers.Query, t, head, _config.QueryLength),
            cache.Rows(layer, values: false, kvHead, positions),
            cache.Rows(layer, values: true, kvHead, positions),
            _config.AttentionScale,
            buffers.Scores.Slice((long)worker * cache.Capacity, positions),
            Head(buffers.Attended, t, head, _config.QueryLength));
    }

    private Span<float> Head(NativeBuffer<float> buffer, int t, int head, int width) =>
        buffer.Slice((long)t * width + (long)head * _config.HeadDimension, _config.HeadDimension);

    private static Span<float> Row(NativeBuffer<float> buffer, int row, int width) => buffer.Slice((long)row * width, width);
}
