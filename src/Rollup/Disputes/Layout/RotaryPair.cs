namespace TeeTee.Rollup.Disputes;

/// <summary>Two elements of a head that are rotated together, and their column in the tables.</summary>
internal readonly record struct RotaryPair(int First, int Second, int Pair)
{
    /// <summary>The pair that holds an element below the rotated dimensions.</summary>
    public static RotaryPair Of(DisputeModel model, int element)
    {
        int pairs = (int)model.RopeDimensions / 2;
        return model.IsHalfSplit
            ? new RotaryPair(element % pairs, element % pairs + pairs, element % pairs)
            : new RotaryPair(element & ~1, element | 1, element / 2);
    }
}
