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

    /// <summary>Whether ranges, in any order and cut in any way, make up the same set.</summary>
    public bool Equals(IEnumerable<(int First, int Last)> ranges)
    {
        IEnumerable<(int, int)> own = _bounds.Chunk(2).Select(static pair => (pair[0], pair[1]));
        return Joined(own).SequenceEqual(Joined(ranges));
    }

    private static List<(int First, int Last)> Joined(IEnumerable<(int First, int Last)> ranges)
    {
        List<(int First, int Last)> joined = [];
        foreach ((int first, int last) in ranges.OrderBy(static range => range.First))
        {
            if (joined.Count > 0 && first <= joined[^1].Last + 1)
                joined[^1] = (joined[^1].First, Math.Max(last, joined[^1].Last));
            else
                joined.Add((first, last));
        }
        return joined;
    }

    public bool Contains(in CharacterMap map, int index) => Contains(map.CodePoint(index));
}
