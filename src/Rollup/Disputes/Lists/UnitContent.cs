using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>The unsalted bytes behind the entries of a list, numbers little-endian (protocol section 12).</summary>
internal static class UnitContent
{
    /// <summary>The content of one unit of any form but a head.</summary>
    public static byte[] Of(DisputeModel model, OperatorOutputs outputs, OperatorPlace place)
    {
        LayerOutputs? layer = place.Layer < 0 ? null : outputs.Layers[place.Layer - outputs.FirstLayer];
        return place.Operator switch
        {
            DisputeOperator.Input or DisputeOperator.Embedding => Segment(model, place, [outputs.Entering]),
            DisputeOperator.AttentionNorm => Norm(layer!.AttentionNorm),
            DisputeOperator.QuantizedAttentionInput => Quantized(model, place, layer!.AttentionInput),
            DisputeOperator.Query => Segment(model, place, layer!.Query.Planes),
            DisputeOperator.Key => Segment(model, place, layer!.Key.Planes),
            DisputeOperator.Value => Segment(model, place, layer!.Value.Planes),
            DisputeOperator.RotatedQuery => Segment(model, place, [layer!.RotatedQuery]),
            DisputeOperator.KeyRow => Row(layer!.KeyRows[place.Unit]),
            DisputeOperator.ValueRow => Row(layer!.ValueRows[place.Unit]),
            DisputeOperator.QuantizedHeads => Quantized(model, place, layer!.QuantizedHeads),
            DisputeOperator.AttentionOutput => Segment(model, place, layer!.AttentionOutput.Planes),
            DisputeOperator.AttentionResidual => Segment(model, place, [layer!.AttentionResidual]),
            DisputeOperator.FeedForwardNorm => Norm(layer!.FeedForwardNorm),
            DisputeOperator.QuantizedFeedForwardInput => Quantized(model, place, layer!.FeedForwardInput),
            DisputeOperator.Gate => Segment(model, place, layer!.Gate.Planes),
            DisputeOperator.Up => Segment(model, place, layer!.Up.Planes),
            DisputeOperator.QuantizedGated => Quantized(model, place, layer!.QuantizedGated),
            DisputeOperator.Down => Segment(model, place, layer!.Down.Planes),
            DisputeOperator.FeedForwardResidual => Segment(model, place, [layer!.FeedForwardResidual]),
            DisputeOperator.OutputNorm => Norm(outputs.Final!.Norm),
            DisputeOperator.QuantizedOutputInput => Quantized(model, place, outputs.Final!.Input),
            DisputeOperator.Logits => Segment(model, place, outputs.Final!.Logits.Planes),
            DisputeOperator.Pick => PickContent.Write(outputs.Final!.Bests),
            _ => throw new ArgumentOutOfRangeException(nameof(place), place, "The operator has no flat content."),
        };
    }

    /// <summary>The contents of a head's 3n leaves: scores with the running maximum, lanes, running rows.</summary>
    public static byte[][] Chunks(HeadOutput head)
    {
        int chunks = head.Maxima.Length;
        int dimension = head.Rows.Length / chunks;
        byte[][] contents = new byte[3 * chunks][];
        for (int c = 0; c < chunks; c++)
        {
            contents[c] = Floats([.. head.ScoresOf(c), head.Maxima[c]]);
            contents[chunks + c] = Floats(head.Sums.AsSpan(c * LaneSum.Lanes, LaneSum.Lanes));
            contents[2 * chunks + c] = Floats(head.Rows.AsSpan(c * dimension, dimension));
        }
        return contents;
    }

    public static byte[] Floats(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        Write(values, bytes);
        return bytes;
    }

    private static byte[] Segment(DisputeModel model, OperatorPlace place, float[][] planes)
    {
        SegmentShape shape = model.SegmentShapeOf(place.Operator, place.Unit);
        if (planes.Length != shape.Planes || planes[^1].Length != model.LengthOf(place.Operator))
            throw new ArgumentException($"{place.Operator} has {planes.Length} planes of {planes[^1].Length}; the model needs {shape.Planes} of {model.LengthOf(place.Operator)}.");
        byte[] bytes = new byte[shape.Bytes];
        for (int j = 0; j < shape.Planes; j++)
            Write(planes[j].AsSpan(shape.First, shape.Count), bytes.AsSpan(j * shape.PlanePages * SegmentShape.PageSize));
        return bytes;
    }

    private static byte[] Quantized(DisputeModel model, OperatorPlace place, QuantizedOutput output)
    {
        int first = place.Unit * (OperatorShapes.SegmentElements / BlockQuantizer.BlockSize);
        int blocks = model.BlocksOf(place.Operator, place.Unit);
        byte[] scales = Floats(output.Scales.AsSpan(first, blocks));
        return [.. scales, .. MemoryMarshal.AsBytes(output.Values.AsSpan(first * BlockQuantizer.BlockSize, blocks * BlockQuantizer.BlockSize))];
    }

    private static byte[] Norm(NormOutput norm) => Floats([norm.R, .. norm.Lanes]);

    private static byte[] Row(ushort[] halves)
    {
        byte[] bytes = new byte[halves.Length * sizeof(ushort)];
        for (int i = 0; i < halves.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * sizeof(ushort)), halves[i]);
        return bytes;
    }

    private static void Write(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes[(i * sizeof(float))..], values[i]);
    }
}
