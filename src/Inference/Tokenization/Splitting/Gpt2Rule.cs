namespace TeeTee.Inference.Tokenization.Splitting;

/// <summary>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</summary>
internal sealed class Gpt2Rule : ISplitRule
{
    public (int Start, int End) Find(in CharacterMap map, int from, int to)
    {
        int contraction = Contractions.Length(map, from, to, ignoreCase: false);
        if (contraction > 0)
            return (from, from + contraction);
        int word = map.Is(from, ' ') && from + 1 < to ? from + 1 : from;
        return (from, map[word] == CharacterClass.Space ? WhiteSpace.EndBeforeWord(map, from, to) : RunEnd(map, word, to));
    }

    private static int RunEnd(in CharacterMap map, int at, int to)
    {
        CharacterClass kind = Folded(map[at]);
        while (at < to && Folded(map[at]) == kind)
            at++;
        return at;
    }

    private static CharacterClass Folded(CharacterClass kind) =>
        kind == CharacterClass.Punctuation ? CharacterClass.Other : kind;
}
