namespace TeeTee.Inference.Tokenization;

/// <summary>
/// Cuts a text where byte-level BPE may not merge. Equal to the regular expressions that llama.cpp runs for "gpt-2" and
/// "default", written as scanners so that the time stays linear on any input.
/// </summary>
internal sealed class PreTokenizer
{
    private readonly bool _splitsPunctuationAndDigits;

    private PreTokenizer(bool splits) => _splitsPunctuationAndDigits = splits;

    /// <exception cref="TokenizerException">No pre-tokenizer of that name is built in.</exception>
    public static PreTokenizer FromName(string? name) => name switch
    {
        "gpt-2" or "phi-2" => new PreTokenizer(false),
        "default" or null => new PreTokenizer(true),
        _ => throw new TokenizerException(
            $"The pre-tokenizer {name} (tokenizer.ggml.pre) is not supported; version 1 has gpt-2 and default."),
    };

    /// <summary>Appends the byte offset at which each pre-token ends.</summary>
    public void Split(ReadOnlySpan<byte> text, List<int> ends)
    {
        CharacterMap map = new(text);
        for (int from = 0; from < map.Count;)
        {
            int to = _splitsPunctuationAndDigits ? PunctuationBoundary(map, from) : map.Count;
            for (int at = from; at < to;)
            {
                int end = NextWord(map, at, to);
                if (_splitsPunctuationAndDigits)
                    AddDigitGroups(map, at, end, ends);
                else
                    ends.Add(map.Start(end));
                at = end;
            }
            from = to;
        }
    }

    private static int PunctuationBoundary(CharacterMap map, int from)
    {
        bool punctuation = map[from] == CharacterClass.Punctuation;
        int to = from + 1;
        while (to < map.Count && map[to] == CharacterClass.Punctuation == punctuation)
            to++;
        return to;
    }

    /// <summary>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</summary>
    private static int NextWord(CharacterMap map, int at, int to)
    {
        int contraction = Contraction(map, at, to);
        if (contraction > 0)
            return at + contraction;
        int word = map.Is(at, ' ') && at + 1 < to ? at + 1 : at;
        return map[word] == CharacterClass.Space ? SpaceEnd(map, at, to) : RunEnd(map, word, to);
    }

    private static int Contraction(CharacterMap map, int at, int to)
    {
        if (!map.Is(at, '\'') || at + 1 >= to)
            return 0;
        if (map.Is(at + 1, 's') || map.Is(at + 1, 't') || map.Is(at + 1, 'm') || map.Is(at + 1, 'd'))
            return 2;
        if (at + 2 >= to)
            return 0;
        bool two = (map.Is(at + 1, 'r') && map.Is(at + 2, 'e')) || (map.Is(at + 1, 'v') && map.Is(at + 2, 'e'))
            || (map.Is(at + 1, 'l') && map.Is(at + 2, 'l'));
        return two ? 3 : 0;
    }

    private static int RunEnd(CharacterMap map, int at, int to)
    {
        CharacterClass kind = Folded(map[at]);
        while (at < to && Folded(map[at]) == kind)
            at++;
        return at;
    }

    /// <summary>White space before a word leaves its last character to the word.</summary>
    private static int SpaceEnd(CharacterMap map, int at, int to)
    {
        int end = at;
        while (end < to && map[end] == CharacterClass.Space)
            end++;
        return end < to && end - at > 1 ? end - 1 : end;
    }

    private static CharacterClass Folded(CharacterClass kind) =>
        kind == CharacterClass.Punctuation ? CharacterClass.Other : kind;

    /// <summary>\p{N}+, then [0-9][0-9][0-9].</summary>
    private static void AddDigitGroups(CharacterMap map, int at, int end, List<int> ends)
    {
        while (at < end)
        {
            bool number = map[at] == CharacterClass.Number;
            int to = at + 1;
            while (to < end && map[to] == CharacterClass.Number == number)
                to++;
            if (number)
                AddTriples(map, at, to, ends);
            else
                ends.Add(map.Start(to));
            at = to;
        }
    }

    private static void AddTriples(CharacterMap map, int at, int end, List<int> ends)
    {
        int pending = at;
        while (at < end)
        {
            if (at + 3 > end || !IsDigit(map, at) || !IsDigit(map, at + 1) || !IsDigit(map, at + 2))
            {
                at++;
                continue;
            }
            if (pending < at)
                ends.Add(map.Start(at));
            ends.Add(map.Start(at + 3));
            pending = at += 3;
        }
        if (pending < end)
            ends.Add(map.Start(end));
    }

    private static bool IsDigit(CharacterMap map, int index) =>
        map.Start(index + 1) - map.Start(index) == 1 && map[index] == CharacterClass.Number;
}
