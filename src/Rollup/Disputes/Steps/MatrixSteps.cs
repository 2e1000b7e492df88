using System.Runtime.InteropServices;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>One row of a projection over one weight page of at most 8,192 columns.</summary>
internal static class MatrixSteps
{
    private const int SegmentsPerPage = OperatorShapes.PageColumns / OperatorShapes.SegmentElements;

    public static bool Row(StepScope scope, MatrixWitness witness)
    {
        DisputeOperator op = scope.Place.Operator;
        SegmentShape shape = scope.Model.SegmentShapeOf(op, scope.Place.Unit);
        bool exists = scope.Part < shape.Planes && scope.Element <= int.MaxValue && shape.Holds((int)scope.Part, (int)scope.Element);
        StepRefusal.Unless(exists, StepStage.Unit, StepCause.OutOfRange);
        float committed = Accumulator(scope, witness.Output, shape, (int)scope.Part);
        bool isPadding = scope.Element >= shape.First + shape.Count;
        float before = Before(scope, witness.Previous, shape, isPadding);
        return isPadding ? Padding(witness, committed) : StepBits.Differ(Accumulate(scope, witness, before), committed);
    }

    /// <summary>The quantised vector that a projection reads.</summary>
    public static DisputeOperator SourceOf(DisputeOperator op) => op switch
    {
        DisputeOperator.AttentionOutput => DisputeOperator.QuantizedHeads,
        DisputeOperator.Gate or DisputeOperator.Up => DisputeOperator.QuantizedFeedForwardInput,
        DisputeOperator.Down => DisputeOperator.QuantizedGated,
        DisputeOperator.Logits => DisputeOperator.QuantizedOutputInput,
        _ => DisputeOperator.QuantizedAttentionInput,
    };

    private static float Accumulator(StepScope scope, PageOpening opening, SegmentShape shape, int plane)
    {
        int element = (int)scope.Element;
        return scope.OutputPage(opening, shape, shape.PageOf(plane, element))[(element - shape.First) % OperatorShapes.PageElements];
    }

    private static float Before(StepScope scope, PageOpening previous, SegmentShape shape, bool isPadding)
    {
        if (scope.Part > 0 && !isPadding)
            return Accumulator(scope, previous, shape, (int)scope.Part - 1);
        StepScope.RequireEmpty(previous, StepStage.Output);
        return 0f;
    }

    /// <summary>A place behind the last row of a plane that is padded to whole pages: nothing but +0 stands there.</summary>
    private static bool Padding(MatrixWitness witness, float committed)
    {
        StepRefusal.Unless(witness.Inputs.Count == 0, StepStage.Input, StepCause.Unexpected);
        StepScope.RequireEmpty(witness.Weight, StepStage.Weight);
        return StepBits.Differ(0f, committed);
    }

    private static float Accumulate(StepScope scope, MatrixWitness witness, float accumulator)
    {
        DisputeOperator op = scope.Place.Operator;
        uint tensor = WeightLayout.TensorOf(scope.Model, op, scope.Place.Layer);
        byte[] page = scope.Weight(witness.Weight, tensor, scope.Element, (int)scope.Part);
        (float[] scales, sbyte[] values) = Input(scope, witness.Inputs, SourceOf(op));
        return MatrixVector.Accumulate(page, values, scales, accumulator);
    }

    private static (float[] Scales, sbyte[] Values) Input(StepScope scope, IReadOnlyList<FlatOpening> inputs, DisputeOperator source)
    {
        int first = (int)scope.Part * SegmentsPerPage;
        int count = Math.Min(SegmentsPerPage, scope.Model.UnitsOf(source) - first);
        StepRefusal.Unless(inputs.Count == count, StepStage.Input, StepCause.BadLength);
        List<float> scales = [];
        List<sbyte> values = [];
        for (int i = 0; i < count; i++)
        {
            int blocks = scope.Model.BlocksOf(source, first + i);
            byte[] content = scope.FlatInput(
                inputs[i], source, first + i, blocks * (sizeof(float) + BlockQuantizer.BlockSize), c => DisputeHash.Quantized(c));
            scales.AddRange(StepScope.Floats(content.AsSpan(0, blocks * sizeof(float))));
            values.AddRange(MemoryMarshal.Cast<byte, sbyte>(content.AsSpan(blocks * sizeof(float))));
        }
        return ([.. scales], [.. values]);
    }
}
