using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;

namespace TeeTee.Inference.Disputes;

/// <summary>
/// Runs one layer at one position by the scalar definitions of TeeTee.Numerics and keeps every operator's output. Reads the rows of earlier
/// positions from the cache and writes its own there.
/// </summary>
internal sealed class LayerExpander(ShardModel model, KvCache cache, IOperatorFault? fault)
{
    private readonly ModelConfig _config = model.Config;

    /// <summary>The outputs of a layer of the shard, from the hidden state that enters it.</summary>
    /// <exception cref="NonFiniteException">An operator output is not finite.</exception>
    public LayerOutputs Run(int layer, int position, float[] hidden)
    {
        LayerWeights weights = model.Layer(layer);
        int number = model.Range.First + layer;
        OperatorAlteration alter = new(fault, number, position);

        NormOutput attentionNorm = alter.Norm(DisputeOperator.AttentionNorm, NormOutput.Of(hidden, _config.RmsEpsilon));
        QuantizedOutput attentionInput = alter.Quantized(
            DisputeOperator.QuantizedAttentionInput, Normed(hidden, attentionNorm, weights.AttentionNorm));
        MatrixOutput query = alter.Matrix(DisputeOperator.Query, Multiply(weights.Query, attentionInput));
        MatrixOutput key = alter.Matrix(DisputeOperator.Key, Multiply(weights.Key, attentionInput));
        MatrixOutput value = alter.Matrix(DisputeOperator.Value, Multiply(weights.Value, attentionInput));
        float[] rotated = alter.Vector(DisputeOperator.RotatedQuery, Rotate(query.Values, position));
        ushort[][] keyRows = Rows(layer, position, DisputeOperator.KeyRow, Rotate(key.Values, position), alter);
        ushort[][] valueRows = Rows(layer, position, DisputeOperator.ValueRow, value.Values, alter);
        HeadOutput[] heads = Attend(layer, position, rotated, alter);
        QuantizedOutput attended = alter.Quantized(
            DisputeOperator.QuantizedHeads, QuantizedOutput.Of([.. heads.SelectMany(head => head.Result.ToArray())]));
        MatrixOutput output = alter.Matrix(DisputeOperator.AttentionOutput, Multiply(weights.AttentionOutput, attended));
        float[] middle = alter.Vector(DisputeOperator.AttentionResidual, Sum(hidden, output.Values));

        NormOutput feedForwardNorm = alter.Norm(DisputeOperator.FeedForwardNorm, NormOutput.Of(middle, _config.RmsEpsilon));
        QuantizedOutput feedForwardInput = alter.Quantized(
            DisputeOperator.QuantizedFeedForwardInput, Normed(middle, feedForwardNorm, weights.FeedForwardNorm));
        MatrixOutput gate = alter.Matrix(DisputeOperator.Gate, Multiply(weights.Gate, feedForwardInput));
        MatrixOutput up = alter.Matrix(DisputeOperator.Up, Multiply(weights.Up, feedForwardInput));
        QuantizedOutput gated = alter.Quantized(DisputeOperator.QuantizedGated, Gated(gate.Values, up.Values));
        MatrixOutput down = alter.Matrix(DisputeOperator.Down, Multiply(weights.Down, gated));
        float[] leaving = alter.Vector(DisputeOperator.FeedForwardResidual, Sum(middle, down.Values));
        return new LayerOutputs
        {
            AttentionNorm = attentionNorm,
            AttentionInput = attentionInput,
            Query = query,
            Key = key,
            Value = value,
            RotatedQuery = rotated,
            KeyRows = keyRows,
            ValueRows = valueRows,
            Heads = heads,
            QuantizedHeads = attended,
            AttentionOutput = output,
            AttentionResidual = middle,
            FeedForwardNorm = feedForwardNorm,
            FeedForwardInput = feedForwardInput,
            Gate = gate,
            Up = up,
            QuantizedGated = gated,
            Down = down,
            FeedForwardResidual = leaving,
        };
    }

    /// <summary>y = (x * r) * w, quantised.</summary>
    public static QuantizedOutput Normed(float[] x, NormOutput norm, float[] weight)
    {
        float[] y = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
            y[i] = Finite.Require(x[i] * norm.R * weight[i], "rmsNorm", i);
        return QuantizedOutput.Of(y);
    }

    /// <summary>The product with the accumulator after every 8,192 columns.</summary>
    public MatrixOutput Multiply(PackedMatrix matrix, QuantizedOutput input)
    {
        int planes = OperatorShapes.PlanesOf(input.Values.Length);
        MatrixOutput output = new([.. Enumerable.Range(0, planes).Select(_ => new float[matrix.Rows])]);
        model.Pool.Run(matrix.Rows, (row, _) => MultiplyRow(matrix, row, input, output));
        Finite.Require(output.Values, "matrixVector");
        return output;
    }

    private static void MultiplyRow(PackedMatrix matrix, int row, QuantizedOutput input, MatrixOutput output)
    {
        const int pageBlocks = OperatorShapes.PageColumns / BlockQuantizer.BlockSize;
        byte[] blocks = new byte[matrix.Blocks * MatrixVector.BlockBytes];
        matrix.CopyRow(row, blocks);
        float accumulator = 0f;
        for (int j = 0; j < output.Planes.Length; j++)
        {
            int first = j * pageBlocks;
            int count = Math.Min(pageBlocks, matrix.Blocks - first);
            accumulator = MatrixVector.Accumulate(
                blocks.AsSpan(first * MatrixVector.BlockBytes, count * MatrixVector.BlockBytes),
                input.Values.AsSpan(first * BlockQuantizer.BlockSize, count * BlockQuantizer.BlockSize),
                input.Scales.AsSpan(first, count), accumulator);
            output.Planes[j][row] = accumulator;
        }
    }

    private float[] Rotate(float[] heads, int position)
    {
        float[] rotated = (float[])heads.Clone();
        for (int start = 0; start < rotated.Length; start += _config.HeadDimension)
            Rope.Apply(
                rotated.AsSpan(start, _config.HeadDimension), model.Cosines(position), model.Sines(position),
                _config.RopePairing == RopePairing.Neox);
        return rotated;
    }

    private ushort[][] Rows(int layer, int position, DisputeOperator op, float[] values, OperatorAlteration alter)
    {
        ushort[][] rows = new ushort[_config.KvHeadCount][];
        for (int head = 0; head < rows.Length; head++)
        {
            rows[head] = new ushort[_config.HeadDimension];
            Fp16.FromSingle(values.AsSpan(head * _config.HeadDimension, _config.HeadDimension), rows[head]);
            alter.Row(op, head, rows[head]);
            cache.StoreRow(layer, op == DisputeOperator.ValueRow, head, position, rows[head]);
        }
        return rows;
    }

    private HeadOutput[] Attend(int layer, int position, float[] query, OperatorAlteration alter)
    {
        HeadOutput[] heads = new HeadOutput[_config.HeadCount];
        ushort[][] keys = StoredRows(layer, values: false, position + 1), values = StoredRows(layer, values: true, position + 1);
        model.Pool.Run(heads.Length, (head, _) =>
        {
            int kvHead = Attention.KvHeadOf(head, _config.HeadCount, _config.KvHeadCount);
            heads[head] = HeadOutput.Of(
                query.AsSpan(head * _config.HeadDimension, _config.HeadDimension), keys[kvHead], values[kvHead], _config.AttentionScale);
        });
        for (int head = 0; head < heads.Length; head++)
            alter.Head(head, heads[head]);
        return heads;
    }

    private ushort[][] StoredRows(int layer, bool values, int positions)
    {
        ushort[][] rows = new ushort[_config.KvHeadCount][];
        for (int head = 0; head < rows.Length; head++)
        {
            rows[head] = new ushort[positions * _config.HeadDimension];
            cache.CopyRows(layer, values, head, positions, rows[head]);
        }
        return rows;
    }

    private static QuantizedOutput Gated(float[] gate, float[] up)
    {
        float[] gated = new float[gate.Length];
        SiluGate.Apply(gate, up, gated);
        return QuantizedOutput.Of(gated);
    }

    private static float[] Sum(float[] hidden, float[] branch)
    {
        float[] sum = (float[])hidden.Clone();
        Residual.Add(sum, branch);
        return sum;
    }
}
