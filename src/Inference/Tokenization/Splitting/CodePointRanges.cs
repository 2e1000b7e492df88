namespace TeeTee.Inference.Tokenization.Splitting;

/// <summary>A set of code points, given as ascending pairs of a first and a last one.</summary>
internal sealed class CodePointRanges
{
    private readonly int[] _bounds;

    public CodePointRanges(params int[] bounds) => _bounds = bounds;

    public bool Contains(int codePoint)
    {
        int at = Array.BinarySearch(_bounds, codePoint);
        // Not a bound itself: inside of a range if the next bound is a last one.
        return at >= 0 || (~at & 1) == 1;
    }

    public bool Contains(in CharacterMap map, int index) => Contains(map.CodePoint(index));
}
