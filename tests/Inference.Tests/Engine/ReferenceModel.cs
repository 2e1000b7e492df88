using System.Runtime.InteropServices;
using TeeTee.Inference.Models;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Engine;

/// <summary>
/// The model written straight from the definition: one position at a time, one row at a time, the file's own bytes, nothing shared
/// with the engine but TeeTee.Numerics.
/// </summary>
internal sealed class ReferenceModel(CanonicalModel model)
{
    private readonly ModelConfig _config = model.Config;
    private readonly Dictionary<(int Layer, bool Value, int Head), List<ushort>> _cache = [];
    private int _position;

    /// <summary>Runs one token through the layers; gives what enters and leaves them.</summary>
    public (float[] HIn, float[] HOut) Run(uint token)
    {
        float[] hIn = new float[_config.EmbeddingLength];
        Embedding.Dequantize(model.GetTensor(TensorRole.TokenEmbedding).Row((int)token), hIn);
        float[] hidden = (float[])hIn.Clone();
        for (int layer = 0; layer < _config.LayerCount; layer++)
            RunLayer(layer, hidden);
        _position++;
        return (hIn, hidden);
    }

    public float[] Logits(float[] hidden) => Multiply(
        _config.TiedOutput ? TensorRole.TokenEmbedding : TensorRole.Output, -1, Norm(TensorRole.OutputNorm, -1, hidden));

    /// <summary>The k (or v) row of one kv head at one position.</summary>
    public ushort[] Row(int layer, bool value, int head, int position) =>
        [.. _cache[(layer, value, head)].Skip(position * _config.HeadDimension).Take(_config.HeadDimension)];

    private void RunLayer(int layer, float[] hidden)
    {
        float[] normed = Norm(TensorRole.AttentionNorm, layer, hidden);
        float[] query = Multiply(TensorRole.AttentionQuery, layer, normed);
        float[] key = Multiply(TensorRole.AttentionKey, layer, normed);
        float[] value = Multiply(TensorRole.AttentionValue, layer, normed);
        if (_config.Architecture == ModelArchitecture.Qwen2)
        {
            Bias(query, TensorRole.AttentionQueryBias, layer);
            Bias(key, TensorRole.AttentionKeyBias, layer);
            Bias(value, TensorRole.AttentionValueBias, layer);
        }
        if (_config.Architecture == ModelArchitecture.Qwen3)
        {
            HeadNorm(query, TensorRole.AttentionQueryNorm, layer);
            HeadNorm(key, TensorRole.AttentionKeyNorm, layer);
        }
        for (int head = 0; head < _config.KvHeadCount; head++)
        {
            Rotate(Head(key, head));
            Store(layer, false, head, Head(key, head));
            Store(layer, true, head, Head(value, head));
        }
        float[] attended = new float[_config.QueryLength];
        for (int head = 0; head < _config.HeadCount; head++)
        {
            Rotate(Head(query, head));
            int kvHead = head / _config.HeadsPerKvHead;
            Attention.Head(
                Head(query, head), Rows(layer, false, kvHead), Rows(layer, true, kvHead), _config.AttentionScale,
                new float[_position + 1], Head(attended, head));
        }
        Residual.Add(hidden, Multiply(TensorRole.AttentionOutput, layer, attended));

        normed = Norm(TensorRole.FeedForwardNorm, layer, hidden);
        float[] gated = new float[_config.FeedForwardLength];
        SiluGate.Apply(Multiply(TensorRole.FeedForwardGate, layer, normed), Multiply(TensorRole.FeedForwardUp, layer, normed), gated);
        Residual.Add(hidden, Multiply(TensorRole.FeedForwardDown, layer, gated));
    }

    private void Bias(float[] y, TensorRole role, int layer)
    {
        ReadOnlySpan<float> bias = Vector(role, layer);
        for (int i = 0; i < y.Length; i++)
            y[i] += bias[i];
    }

    private void HeadNorm(float[] heads, TensorRole role, int layer)
    {
        for (int head = 0; head < heads.Length / _config.HeadDimension; head++)
            RmsNorm.Apply(Head(heads, head), Vector(role, layer), _config.RmsEpsilon, Head(heads, head));
    }

    private ReadOnlySpan<float> Vector(TensorRole role, int layer) => MemoryMarshal.Cast<byte, float>(model.GetTensor(role, layer).Data.Span);

    private float[] Norm(TensorRole role, int layer, float[] x)
    {
        float[] y = new float[x.Length];
        RmsNorm.Apply(x, Vector(role, layer), _config.RmsEpsilon, y);
        return y;
    }

    private float[] Multiply(TensorRole role, int layer, float[] x)
    {
        CanonicalTensor tensor = model.GetTensor(role, layer);
        sbyte[] q = new sbyte[BlockQuantizer.PaddedLength(x.Length)];
        float[] scales = new float[BlockQuantizer.BlocksOf(x.Length)];
        BlockQuantizer.Quantize(x, q, scales);
        return [.. Enumerable.Range(0, tensor.Rows).Select(row => MatrixVector.RowDot(tensor.Row(row), q, scales))];
    }

    private void Rotate(Span<float> head)
    {
        ReadOnlySpan<float> cosines = MemoryMarshal.Cast<byte, float>(model.GetTensor(TensorRole.RopeCosines).Row(_position));
        ReadOnlySpan<float> sines = MemoryMarshal.Cast<byte, float>(model.GetTensor(TensorRole.RopeSines).Row(_position));
        Rope.Apply(head, cosines, sines, _config.RopePairing == RopePairing.Neox);
    }

    private void Store(int layer, bool value, int head, ReadOnlySpan<float> row)
    {
        ushort[] halves = new ushort[row.Length];
        Fp16.FromSingle(row, halves);
        if (!_cache.TryAdd((layer, value, head), [.. halves]))
            _cache[(layer, value, head)].AddRange(halves);
    }

    private ReadOnlySpan<ushort> Rows(int layer, bool value, int head) => CollectionsMarshal.AsSpan(_cache[(layer, value, head)]);

    private Span<float> Head(float[] vector, int head) => vector.AsSpan(head * _config.HeadDimension, _config.HeadDimension);
}
