using TeeTee.Inference.Models;

namespace TeeTee.Inference.Quality;

/// <summary>The keys and values of one sequence, and the way of a position through the layers.</summary>
internal sealed class FloatSequence(ModelConfig config, FloatLayer[] layers, RopeAngles angles)
{
    private readonly List<(double[] Key, double[] Value)>[] _cache = [.. layers.Select(_ => new List<(double[], double[])>())];

    /// <summary>Advances the residual stream of the next position through all layers, in place.</summary>
    public void Run(double[] hidden)
    {
        for (int layer = 0; layer < layers.Length; layer++)
        {
            Add(hidden, FloatMath.Multiply(layers[layer].Output, Attend(layer, hidden), config.EmbeddingLength));
            Add(hidden, FloatMath.Multiply(layers[layer].Down, Gated(layers[layer], hidden), config.EmbeddingLength));
        }
    }

    private double[] Gated(FloatLayer weights, double[] hidden)
    {
        double[] normed = FloatMath.Normalize(hidden, weights.FeedForwardNorm, config.RmsEpsilon);
        double[] gate = FloatMath.Multiply(weights.Gate, normed, config.FeedForwardLength);
        double[] up = FloatMath.Multiply(weights.Up, normed, config.FeedForwardLength);
        return [.. gate.Zip(up, (g, u) => FloatMath.Silu(g) * u)];
    }

    private double[] Attend(int layer, double[] hidden)
    {
        FloatLayer weights = layers[layer];
        double[] normed = FloatMath.Normalize(hidden, weights.AttentionNorm, config.RmsEpsilon);
        int position = _cache[layer].Count;
        double[] query = Heads(weights.Query, weights.QueryBias, weights.QueryNorm, normed, config.QueryLength);
        double[] key = Heads(weights.Key, weights.KeyBias, weights.KeyNorm, normed, config.KvLength);
        double[] value = Heads(weights.Value, weights.ValueBias, null, normed, config.KvLength);
        angles.Apply(query, position);
        angles.Apply(key, position);
        _cache[layer].Add((key, value));
        double[] attended = new double[config.QueryLength];
        for (int head = 0; head < config.HeadCount; head++)
            AttendHead(_cache[layer], query, head, attended);
        return attended;
    }

    private double[] Heads(float[] matrix, float[]? bias, float[]? norm, double[] normed, int rows)
    {
        double[] y = FloatMath.Multiply(matrix, normed, rows);
        for (int i = 0; bias is not null && i < y.Length; i++)
            y[i] += bias[i];
        return norm is null ? y : [.. y.Chunk(config.HeadDimension).SelectMany(head => FloatMath.Normalize(head, norm, config.RmsEpsilon))];
    }

    private void AttendHead(List<(double[] Key, double[] Value)> rows, double[] query, int head, double[] attended)
    {
        int n = config.HeadDimension, from = head * n, kv = head / config.HeadsPerKvHead * n;
        double[] weights = [.. rows.Select(row => Dot(query.AsSpan(from, n), row.Key.AsSpan(kv, n)) / Math.Sqrt(n))];
        double max = weights.Max();
        weights = [.. weights.Select(score => Math.Exp(score - max))];
        double sum = weights.Sum();
        for (int j = 0; j < weights.Length; j++)
        {
            for (int i = 0; i < n; i++)
                attended[from + i] += weights[j] / sum * rows[j].Value[kv + i];
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void Add(double[] hidden, double[] branch)
    {
        for (int i = 0; i < hidden.Length; i++)
            hidden[i] += branch[i];
    }
}
