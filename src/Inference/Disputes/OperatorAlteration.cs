using TeeTee.Numerics.Operators;

namespace TeeTee.Inference.Disputes;

/// <summary>Applies a fault, if there is one, at one layer and position; each method returns what it was given or its alteration.</summary>
internal readonly record struct OperatorAlteration(IOperatorFault? Fault, int Layer, int Position)
{
    public float[] Vector(DisputeOperator op, float[] values)
    {
        Fault?.Alter(op, Layer, Position, values);
        return values;
    }

    public MatrixOutput Matrix(DisputeOperator op, MatrixOutput output)
    {
        Fault?.Alter(op, Layer, Position, output.Values);
        return output;
    }

    public QuantizedOutput Quantized(DisputeOperator op, QuantizedOutput output)
    {
        Fault?.AlterQuantized(op, Layer, Position, output);
        return output;
    }

    public NormOutput Norm(DisputeOperator op, NormOutput output) => Fault?.AlterNorm(op, Layer, Position, output) ?? output;

    public void Row(DisputeOperator op, int kvHead, Span<ushort> row) => Fault?.AlterRow(op, Layer, Position, kvHead, row);

    public void Head(int head, HeadOutput output) => Fault?.AlterHead(Layer, Position, head, output);

    public SegmentBest[] Pick(SegmentBest[] bests)
    {
        Fault?.AlterPick(Position, bests);
        return bests;
    }
}
