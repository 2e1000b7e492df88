namespace TeeTee.Inference.Tokenization.Splitting;

/// <summary>\s+$, for stretches whose line ends have been split off; found from the end, so that blanks inside cost nothing.</summary>
internal sealed class TrailingSpaceRule : ISplitRule
{
    public (int Start, int End) Find(in CharacterMap map, int from, int to)
    {
        int start = to;
        while (start > from && map[start - 1] == CharacterClass.Space)
            start--;
        return (start, to);
    }
}
