namespace TeeTee.Inference.Tokenization.Splitting;

/// <summary>\s+(?!\S)|\s+</summary>
internal static class WhiteSpace
{
    /// <summary>White space before a word leaves its last character to the word, unless that is all.</summary>
    public static int EndBeforeWord(in CharacterMap map, int at, int to)
    {
        int end = at;
        while (end < to && map[end] == CharacterClass.Space)
            end++;
        return end < to && end - at > 1 ? end - 1 : end;
    }
}
