namespace TeeTee.Inference.Tokenization.Splitting;

/// <summary>'s|'t|'re|'ve|'m|'ll|'d, with ASCII's notion of upper and lower case only.</summary>
internal static class Contractions
{
    /// <summary>Characters of the contraction at a position, apostrophe included; 0 if there is none.</summary>
    public static int Length(in CharacterMap map, int at, int to, bool ignoreCase)
    {
        if (!map.Is(at, '\'') || at + 1 >= to)
            return 0;
        int first = Letter(map, at + 1, ignoreCase);
        if (first is 's' or 't' or 'm' or 'd')
            return 2;
        int second = at + 2 < to ? Letter(map, at + 2, ignoreCase) : -1;
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private static int Letter(in CharacterMap map, int index, bool ignoreCase)
    {
        int letter = map.CodePoint(index);
        return ignoreCase && letter is >= 'A' and <= 'Z' ? letter + ('a' - 'A') : letter;
    }
}
