namespace TeeTee.Inference.Tokenization.Splitting;

/// <summary>
/// The pattern of cl100k, Llama 3 and Qwen 2, which differ in how many digits stay together:
/// (?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// </summary>
internal sealed class Cl100kRule(int digits) : ISplitRule
{
    public (int Start, int End) Find(in CharacterMap map, int from, int to)
    {
        int contraction = Contractions.Length(map, from, to, ignoreCase: true);
        return (from, contraction > 0 ? from + contraction : End(map, from, to));
    }

    private int End(in CharacterMap map, int at, int to)
    {
        if (map[at] == CharacterClass.Letter)
            return LettersEnd(map, at, to);
        if (map[at] == CharacterClass.Number)
            return NumbersEnd(map, at, to);
        if (!map.IsNewline(at) && at + 1 < to && map[at + 1] == CharacterClass.Letter)
            return LettersEnd(map, at + 1, to);
        if (IsSymbol(map[at]))
            return SymbolsEnd(map, at, to);
        return map.Is(at, ' ') && at + 1 < to && IsSymbol(map[at + 1]) ? SymbolsEnd(map, at + 1, to) : SpacesEnd(map, at, to);
    }

    private static int LettersEnd(in CharacterMap map, int at, int to)
    {
        while (at < to && map[at] == CharacterClass.Letter)
            at++;
        return at;
    }

    private int NumbersEnd(in CharacterMap map, int at, int to)
    {
        int end = at;
        while (end < to && end - at < digits && map[end] == CharacterClass.Number)
            end++;
        return end;
    }

    private static int SymbolsEnd(in CharacterMap map, int at, int to)
    {
        while (at < to && IsSymbol(map[at]))
            at++;
        while (at < to && map.IsNewline(at))
            at++;
        return at;
    }

    /// <summary>White space with a line end in it goes up to its last line end.</summary>
    private static int SpacesEnd(in CharacterMap map, int at, int to)
    {
        int lines = at;
        for (int i = at; i < to && map[i] == CharacterClass.Space; i++)
            lines = map.IsNewline(i) ? i + 1 : lines;
        return lines > at ? lines : WhiteSpace.EndBeforeWord(map, at, to);
    }

    private static bool IsSymbol(CharacterClass kind) => kind is CharacterClass.Other or CharacterClass.Punctuation;
}
