using System.Buffers.Binary;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>One element of the rotated query or of a stored row.</summary>
internal static class RotationSteps
{
    public static bool Query(StepScope scope, RotationWitness witness)
    {
        float committed = scope.OutputElement(witness.Output);
        int element = (int)scope.Element;
        int dimension = (int)scope.Model.HeadDimension;
        Pages pages = new(witness.First, witness.Second, witness.Cosine, witness.Sine);
        return StepBits.Differ(Rotated(scope, pages, DisputeOperator.Query, element / dimension, element % dimension), committed);
    }

    public static bool KeyRow(StepScope scope, KeyRowWitness witness)
    {
        ushort committed = RowElement(scope, witness.Output);
        Pages pages = new(witness.First, witness.Second, witness.Cosine, witness.Sine);
        float key = Rotated(scope, pages, DisputeOperator.Key, scope.Place.Unit, (int)scope.Element);
        return Fp16.FromSingle(Finite.Require(key, "rope")) != committed;
    }

    public static bool ValueRow(StepScope scope, ValueRowWitness witness)
    {
        ushort committed = RowElement(scope, witness.Output);
        int element = scope.Place.Unit * (int)scope.Model.HeadDimension + (int)scope.Element;
        return Fp16.FromSingle(scope.InputElement(witness.Input, scope.Group, DisputeOperator.Value, element)) != committed;
    }

    private static ushort RowElement(StepScope scope, byte[] row)
    {
        int element = scope.RequireElement(0, scope.Model.HeadDimension);
        byte[] bytes = scope.FlatOutput(row, (int)scope.Model.HeadDimension * sizeof(ushort), r => Sha256Merkle.Leaf(r));
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(element * sizeof(ushort)));
    }

    private static float Rotated(StepScope scope, Pages pages, DisputeOperator op, int head, int element)
    {
        int start = head * (int)scope.Model.HeadDimension;
        if (element >= scope.Model.RopeDimensions)
        {
            StepScope.RequireEmpty(pages.Second, StepStage.Input);
            StepScope.RequireEmpty(pages.Cosine, StepStage.Weight);
            StepScope.RequireEmpty(pages.Sine, StepStage.Weight);
            return scope.InputElement(pages.First, scope.Group, op, start + element);
        }
        (int first, int second, int pair) = RotaryPair.Of(scope.Model, element);
        float cosine = scope.WeightFloat(pages.Cosine, WeightLayout.RopeCosines, scope.Context.Position, pair);
        float sine = scope.WeightFloat(pages.Sine, WeightLayout.RopeSines, scope.Context.Position, pair);
        (float y0, float y1) = Rope.Rotate(
            scope.InputElement(pages.First, scope.Group, op, start + first), scope.InputElement(pages.Second, scope.Group, op, start + second),
            cosine, sine);
        return element == first ? y0 : y1;
    }

    private readonly record struct Pages(PageOpening First, PageOpening Second, ProvenPage Cosine, ProvenPage Sine);
}
