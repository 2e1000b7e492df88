using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TeeTee.Inference.Models;

namespace TeeTee.Inference.Tests.Engine;

/// <summary>
/// The same model in double precision, without quantised activations, rounded keys or canonical functions: it knows only the
/// architecture's formulas and the stored weights.
/// </summary>
internal sealed class OracleModel(CanonicalModel model, bool swapPairing = false, bool plainHeads = false)
{
    private readonly ModelConfig _config = model.Config;
    private readonly Dictionary<int, List<(double[] Key, double[] Value)>> _cache = [];

    /// <summary>The logits after the last token.</summary>
    public double[] Logits(IReadOnlyList<uint> tokens)
    {
        double[] hidden = [];
        for (int p = 0; p < tokens.Count; p++)
        {
            hidden = Row(model.GetTensor(TensorRole.TokenEmbedding), (int)tokens[p]);
            for (int layer = 0; layer < _config.LayerCount; layer++)
                hidden = Layer(layer, p, hidden);
        }
        return Multiply(_config.TiedOutput ? TensorRole.TokenEmbedding : TensorRole.Output, -1, Norm(TensorRole.OutputNorm, -1, hidden));
    }

    private double[] Layer(int layer, int position, double[] hidden)
    {
        double[] normed = Norm(TensorRole.AttentionNorm, layer, hidden);
        double[] query = Rotate(Heads(TensorRole.AttentionQuery, TensorRole.AttentionQueryBias, TensorRole.AttentionQueryNorm, layer, normed), position);
        if (!_cache.TryGetValue(layer, out List<(double[] Key, double[] Value)>? rows))
            _cache[layer] = rows = [];
        rows.Add((
            Rotate(Heads(TensorRole.AttentionKey, TensorRole.AttentionKeyBias, TensorRole.AttentionKeyNorm, layer, normed), position),
            Heads(TensorRole.AttentionValue, TensorRole.AttentionValueBias, null, layer, normed)));
        double[] attended = [.. Enumerable.Range(0, _config.QueryLength).Select(i => Attend(query, rows, i))];
        hidden = Add(hidden, Multiply(TensorRole.AttentionOutput, layer, attended));

        normed = Norm(TensorRole.FeedForwardNorm, layer, hidden);
        double[] gated = [.. Multiply(TensorRole.FeedForwardGate, layer, normed).Select(x => x / (1 + Math.Exp(-x)))
            .Zip(Multiply(TensorRole.FeedForwardUp, layer, normed), (gate, up) => gate * up)];
        return Add(hidden, Multiply(TensorRole.FeedForwardDown, layer, gated));
    }

    /// <summary>A product with what the architecture does to it before the rotation.</summary>
    private double[] Heads(TensorRole matrix, TensorRole bias, TensorRole? norm, int layer, double[] normed)
    {
        double[] y = Multiply(matrix, layer, normed);
        if (plainHeads)
            return y;
        return _config.Architecture switch
        {
            ModelArchitecture.Qwen2 => Add(y, [.. Vector(bias, layer)]),
            ModelArchitecture.Qwen3 when norm is { } role => [.. y.Chunk(_config.HeadDimension).SelectMany(head => Norm(role, layer, head))],
            _ => y,
        };
    }

    private double Attend(double[] query, List<(double[] Key, double[] Value)> rows, int element)
    {
        int n = _config.HeadDimension, head = element / n, kv = head / _config.HeadsPerKvHead;
        double[] weights = [.. rows.Select(row =>
            Math.Exp(Enumerable.Range(0, n).Sum(i => query[head * n + i] * row.Key[kv * n + i]) / Math.Sqrt(n)))];
        return weights.Zip(rows, (weight, row) => weight * row.Value[kv * n + element % n]).Sum() / weights.Sum();
    }

    private double[] Rotate(double[] heads, int position)
    {
        double[] rotated = (double[])heads.Clone();
        int pairs = _config.RopeDimensions / 2;
        double frequencyBase = BitConverter.UInt32BitsToSingle(_config.RopeBaseBits);
        bool halfSplit = _config.RopePairing == RopePairing.Neox ^ swapPairing;
        for (int start = 0; start < heads.Length; start += _config.HeadDimension)
        {
            for (int i = 0; i < pairs; i++)
            {
                (int a, int b) = halfSplit ? (start + i, start + i + pairs) : (start + 2 * i, start + 2 * i + 1);
                (double sine, double cosine) = Math.SinCos(position * Math.Pow(frequencyBase, -2.0 * i / _config.RopeDimensions));
                (rotated[a], rotated[b]) = (heads[a] * cosine - heads[b] * sine, heads[a] * sine + heads[b] * cosine);
            }
        }
        return rotated;
    }

    private double[] Norm(TensorRole role, int layer, double[] x)
    {
        double r = 1 / Math.Sqrt(x.Sum(value => value * value) / x.Length + _config.RmsEpsilon);
        return [.. x.Zip(Vector(role, layer), (value, w) => value * r * w)];
    }

    private double[] Vector(TensorRole role, int layer) =>
        [.. MemoryMarshal.Cast<byte, float>(model.GetTensor(role, layer).Data.Span).ToArray().Select(value => (double)value)];

    private double[] Multiply(TensorRole role, int layer, double[] x)
    {
        CanonicalTensor tensor = model.GetTensor(role, layer);
        return [.. Enumerable.Range(0, tensor.Rows).Select(row => Row(tensor, row).Zip(x, (w, value) => w * value).Sum())];
    }

    private static double[] Row(CanonicalTensor tensor, int row)
    {
        double[] values = new double[tensor.Columns];
        ReadOnlySpan<byte> bytes = tensor.Row(row);
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> block = bytes.Slice(i / 32 * 34, 34);
            values[i] = (double)BinaryPrimitives.ReadHalfLittleEndian(block) * (sbyte)block[2 + i % 32];
        }
        return values;
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
