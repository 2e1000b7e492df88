namespace TeeTee.Inference.Tokenization.Splitting;

/// <summary>Runs of characters of one set, [set]+ or [set]{1,most}, with a white space before them as \s? where asked for.</summary>
/// <param name="contains">True for a character of the set.</param>
/// <param name="leadingSpace">Whether one white space before a run belongs to it.</param>
/// <param name="most">The longest run in characters.</param>
internal sealed class RunRule(RunRule.Set contains, bool leadingSpace = false, int most = int.MaxValue) : ISplitRule
{
    /// <summary>A set of characters.</summary>
    public delegate bool Set(in CharacterMap map, int index);

    public (int Start, int End) Find(in CharacterMap map, int from, int to)
    {
        for (int start = from; start < to; start++)
        {
            bool space = leadingSpace && start + 1 < to && map[start] == CharacterClass.Space && contains(map, start + 1);
            if (space || contains(map, start))
                return (start, RunEnd(map, space ? start + 1 : start, to));
        }
        return (to, to);
    }

    private int RunEnd(in CharacterMap map, int at, int to)
    {
        int end = at;
        while (end < to && end - at < most && contains(map, end))
            end++;
        return end;
    }
}
