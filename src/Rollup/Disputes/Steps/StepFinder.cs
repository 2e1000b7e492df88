using TeeTee.Numerics;
using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>Finds the unit of an answered content that is wrong, given one's own content of the same entry and equal entries before it.</summary>
public static class StepFinder
{
    /// <summary>The first unit that a step proves wrong.</summary>
    /// <param name="own">The canonical list.</param>
    /// <param name="place">The first entry in which the revealed list leaves it.</param>
    /// <param name="answered">What was answered for that entry.</param>
    /// <returns>Null where no unit differs, or the answer has a length that the contract would not have taken.</returns>
    public static StepUnit? Find(OperatorList own, EntryPlace place, ReadOnlySpan<byte> answered)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (AnsweredContent.Read(own, place, answered) is not { } content)
            return null;
        OperatorPlace unit = own.Layout.PlaceOf(place.Group, place.Index);
        byte[] expected = own.RawContent(place.Group, place.Index);
        return unit.Operator.Form() switch
        {
            OperatorForm.Vector or OperatorForm.Matrix => InSegment(own, unit, StepScope.Floats(expected), content.Elements()),
            OperatorForm.Quantized => InBlocks(own, unit, expected, content.Unsalted),
            OperatorForm.Norm => InNorm(own.Model, expected, content.Unsalted),
            OperatorForm.Row => At(Difference(expected, content.Unsalted, sizeof(ushort))),
            OperatorForm.Head => InHead(own, unit, content),
            _ => InPick(own.Outputs.Final!.Bests, PickContent.Read(content.Unsalted)),
        };
    }

    private static StepUnit? InSegment(OperatorList own, OperatorPlace unit, float[] expected, float[] answered)
    {
        SegmentShape shape = own.Model.SegmentShapeOf(unit.Operator, unit.Unit);
        int padded = shape.PlanePages * OperatorShapes.PageElements;
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToUInt32Bits(expected[i]) != BitConverter.SingleToUInt32Bits(answered[i]))
                return new StepUnit((uint)(shape.First + i % padded), (uint)(i / padded));
        }
        return null;
    }

    private static StepUnit? InBlocks(OperatorList own, OperatorPlace unit, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> answered)
    {
        int blocks = own.Model.BlocksOf(unit.Operator, unit.Unit);
        int first = unit.Unit * (OperatorShapes.SegmentElements / BlockQuantizer.BlockSize);
        int scales = blocks * sizeof(float);
        int? scale = Difference(expected[..scales], answered[..scales], sizeof(float));
        int? block = Difference(expected[scales..], answered[scales..], BlockQuantizer.BlockSize);
        return scale is null && block is null ? null : At(first + Math.Min(scale ?? blocks, block ?? blocks));
    }

    // The lanes of a chunk are judged from the committed lanes before it, r from the last ones.
    private static StepUnit? InNorm(DisputeModel model, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> answered)
    {
        int? chunk = Difference(expected[sizeof(float)..], answered[sizeof(float)..], LaneSum.Lanes * sizeof(float));
        if (chunk is not null)
            return At(chunk);
        return expected[..sizeof(float)].SequenceEqual(answered[..sizeof(float)]) ? null : At(model.NormChunksOf());
    }

    private static StepUnit? InHead(OperatorList own, OperatorPlace unit, AnsweredContent content)
    {
        Primitives.Bytes32[] expected = own.HeadLeaves(unit), answered = content.Leaves;
        int index = Enumerable.Range(0, expected.Length).FirstOrDefault(i => expected[i] != answered[i], -1);
        return index < 0 ? null : At(index);
    }

    private static StepUnit? InPick(SegmentBest[] expected, SegmentBest[] answered)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            bool isEqual = expected[i].Id == answered[i].Id
                && BitConverter.SingleToUInt32Bits(expected[i].Score) == BitConverter.SingleToUInt32Bits(answered[i].Score);
            // Either the true best beats the committed one, or the committed score is not its token's.
            if (!isEqual)
                return At((int)(expected[i].Beats(answered[i]) || !float.IsFinite(answered[i].Score) ? expected[i].Id : answered[i].Id));
        }
        return null;
    }

    private static StepUnit? At(int? element) => element is { } found ? new StepUnit((uint)found, 0) : null;

    /// <summary>The first group of <paramref name="size"/> bytes that differs.</summary>
    private static int? Difference(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> answered, int size)
    {
        int same = expected.CommonPrefixLength(answered);
        return same == expected.Length ? null : same / size;
    }
}
