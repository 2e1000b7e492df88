using TeeTee.Numerics.Operators;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>Every unit of a list that a step can judge.</summary>
internal static class ListUnits
{
    public static IEnumerable<(EntryPlace Place, OperatorPlace Operator)> Entries(OperatorLayout layout)
    {
        for (int group = 0; group < layout.GroupCount; group++)
        {
            for (int index = 0; index < layout.SizeOf(group); index++)
                yield return (new EntryPlace(group, index), layout.PlaceOf(group, index));
        }
    }

    /// <summary>All units of one entry, padding places of planes included.</summary>
    public static IEnumerable<StepUnit> Of(DisputeModel model, OperatorPlace place, int position)
    {
        DisputeOperator op = place.Operator;
        switch (op.Form())
        {
            case OperatorForm.Vector or OperatorForm.Matrix:
                SegmentShape shape = model.SegmentShapeOf(op, place.Unit);
                for (int plane = 0; plane < shape.Planes; plane++)
                {
                    for (int element = shape.First; shape.Holds(plane, element); element++)
                        yield return new StepUnit((uint)element, (uint)plane);
                }

                break;
            case OperatorForm.Quantized:
                foreach (int block in Enumerable.Range(place.Unit * 128, model.BlocksOf(op, place.Unit)))
                    yield return new StepUnit((uint)block, 0);
                break;
            default:
                int count = op.Form() switch
                {
                    OperatorForm.Norm => model.NormChunksOf() + 1,
                    OperatorForm.Row => (int)model.HeadDimension,
                    OperatorForm.Head => 3 * OperatorShapes.ChunksOf(position),
                    _ => (int)model.VocabularySize,
                };
                foreach (int element in Enumerable.Range(0, count))
                    yield return new StepUnit((uint)element, 0);
                break;
        }
    }

    /// <summary>All units of all entries that are computed, or every n-th of each entry and its first and last.</summary>
    public static IEnumerable<(EntryPlace Place, OperatorPlace Operator, StepUnit Unit)> All(OperatorList list, int position, int every = 1)
    {
        foreach ((EntryPlace place, OperatorPlace op) in Entries(list.Layout))
        {
            if (op.Operator == DisputeOperator.Input)
                continue;
            StepUnit[] units = [.. Of(list.Model, op, position)];
            for (int i = 0; i < units.Length; i++)
            {
                if (i % every == 0 || i == units.Length - 1)
                    yield return (place, op, units[i]);
            }
        }
    }
}
