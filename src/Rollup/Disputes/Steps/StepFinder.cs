using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Finds the unit of an answered content that is wrong, given one's own content of the same entry and equal entries before it.</summary>
public static class StepFinder
{
    /// <summary>The first unit that a step proves wrong.</summary>
    /// <param name="own">The canonical list.</param>
    /// <param name="place">The first entry in which the revealed list leaves it.</param>
    /// <param name="answered">What was answered for that entry.</param>
    /// <returns>
    /// Null where nothing differs, or the answer has a length that the contract would not have taken. Where only a salt differs, the salt:
    /// proving that one publishes the job's salt key.
    /// </returns>
    public static StepUnit? Find(OperatorList own, EntryPlace place, ReadOnlySpan<byte> answered)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (AnsweredContent.Read(own, place, answered) is not { } content)
            return null;
        OperatorPlace unit = own.Layout.PlaceOf(place.Group, place.Index);
        return InContent(own, place, unit, content) ?? InSalts(own, place, unit, content);
    }

    private static StepUnit? InContent(OperatorList own, EntryPlace place, OperatorPlace unit, AnsweredContent content)
    {
        byte[] expected = own.RawContent(place.Group, place.Index);
        return unit.Operator.Form() switch
        {
            OperatorForm.Vector or OperatorForm.Matrix => InSegment(own, unit, StepScope.Floats(expected), content.Elements()),
            OperatorForm.Quantized => InBlocks(own, unit, expected, content.Unsalted),
            OperatorForm.Norm => InNorm(own.Model, expected, content.Unsalted),
            OperatorForm.Row => At(Difference(expected, content.Unsalted, sizeof(ushort))),
            OperatorForm.Head => InHead(own, unit, content),
            _ => InPick(own.Model, own.Outputs.Final!.Bests, PickContent.Read(content.Unsalted)),
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
        // Under the answered salt, whatever it is: the judge hashes with it too.
        Bytes32[] expected = [.. own.HeadChunks(unit).Select(chunk => DisputeHash.ChunkLeaf(content.Salt, chunk))], answered = content.Leaves;
        int index = Enumerable.Range(0, expected.Length).FirstOrDefault(i => expected[i] != answered[i], -1);
        return index < 0 ? null : At(index);
    }

    private static StepUnit? InSalts(OperatorList own, EntryPlace place, OperatorPlace unit, AnsweredContent content)
    {
        if (!own.IsSealed)
            return null;
        if (unit.Operator.Form() is not (OperatorForm.Vector or OperatorForm.Matrix))
            return content.Salt.SequenceEqual(own.AnswerContent(place.Group, place.Index)[..Bytes32.Size]) ? null : SaltOf(0);
        byte[][] expected = own.PagesOf(unit), answered = content.Pages();
        int page = Enumerable.Range(0, expected.Length).FirstOrDefault(
            i => !expected[i].AsSpan(0, Bytes32.Size).SequenceEqual(answered[i].AsSpan(0, Bytes32.Size)), -1);
        return page < 0 ? null : SaltOf(page);
    }

    private static StepUnit? SaltOf(int page) => new StepUnit((uint)page, StepUnit.SaltPart);

    private static StepUnit? InPick(DisputeModel model, SegmentBest[] expected, SegmentBest[] answered)
    {
        int segment = model.SegmentOf(DisputeOperator.Logits);
        for (int i = 0; i < expected.Length; i++)
        {
            bool isEqual = expected[i].Id == answered[i].Id
                && BitConverter.SingleToUInt32Bits(expected[i].Score) == BitConverter.SingleToUInt32Bits(answered[i].Score);
            // Either the true best beats the committed one, or that is none at all, or its score is not its token's.
            bool isNone = !float.IsFinite(answered[i].Score) || answered[i].Id / (uint)segment != i || answered[i].Id >= model.VocabularySize;
            if (!isEqual)
                return At((int)(isNone || expected[i].Beats(answered[i]) ? expected[i].Id : answered[i].Id));
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
