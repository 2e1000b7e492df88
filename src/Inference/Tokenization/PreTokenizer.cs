using TeeTee.Inference.Tokenization.Splitting;

namespace TeeTee.Inference.Tokenization;

/// <summary>
/// Cuts a text where byte-level BPE may not merge: the regular expressions that llama.cpp runs for a name of
/// tokenizer.ggml.pre, one after the other on the pieces of the one before, written as scanners so that the time stays linear
/// on any input. Text is not normalised (Qwen's own tokenizer brings it to NFC first; llama.cpp and this do not).
/// </summary>
internal sealed class PreTokenizer
{
    private static readonly Gpt2Rule s_gpt2 = new();
    private static readonly RunRule s_digit = new(IsNumber, most: 1);
    private readonly ISplitRule[] _rules;

    private PreTokenizer(params ISplitRule[] rules) => _rules = rules;

    /// <summary>Whether a pre-token that is a token is that token, whatever the merges would make of it.</summary>
    public bool TakesWholeWords { get; private init; }

    /// <summary>Whether files that do not say so want BOS.</summary>
    public bool AddsBos { get; private init; }

    /// <exception cref="TokenizerException">No pre-tokenizer of that name is built in.</exception>
    public static PreTokenizer FromName(string? name) => name switch
    {
        "gpt-2" or "phi-2" => new PreTokenizer(s_gpt2),
        "default" or null => new PreTokenizer(new RunRule(IsPunctuation), s_gpt2, new RunRule(IsNumber), new DigitTripleRule()),
        "llama-bpe" or "llama3" or "llama-v3" or "falcon3" => new PreTokenizer(new Cl100kRule(3)) { TakesWholeWords = true, AddsBos = true },
        "qwen2" or "deepseek-r1-qwen" => new PreTokenizer(new Cl100kRule(1)),
        "starcoder" or "refact" or "command-r" or "smollm" => new PreTokenizer(s_digit, s_gpt2),
        "deepseek-llm" => new PreTokenizer(
            new RunRule(IsNewline, most: 1),
            new RunRule(DeepSeekSets.CasedLetters.Contains, leadingSpace: true),
            new RunRule(DeepSeekSets.Symbols.Contains, leadingSpace: true),
            new TrailingSpaceRule(),
            new RunRule(DeepSeekSets.Ideographs.Contains),
            new RunRule(IsNumber)),
        _ => throw new TokenizerException(
            $"The pre-tokenizer {name} (tokenizer.ggml.pre) is not supported; version 1 has default, gpt-2, llama-bpe, qwen2, starcoder and deepseek-llm."),
    };

    /// <summary>Appends the byte offset at which each pre-token ends.</summary>
    public void Split(ReadOnlySpan<byte> text, List<int> ends)
    {
        if (text.IsEmpty)
            return;
        CharacterMap map = new(text);
        List<int> pieces = [map.Count];
        foreach (ISplitRule rule in _rules)
            pieces = Split(map, rule, pieces);
        foreach (int end in pieces)
            ends.Add(map.Start(end));
    }

    private static List<int> Split(in CharacterMap map, ISplitRule rule, List<int> pieces)
    {
        List<int> split = new(pieces.Count * 2);
        int at = 0;
        foreach (int to in pieces)
        {
            while (at < to)
            {
                (int start, int end) = rule.Find(map, at, to);
                if (start > at)
                    split.Add(start);
                if (end > start)
                    split.Add(end);
                at = end;
            }
        }
        return split;
    }

    private static bool IsNumber(in CharacterMap map, int index) => map[index] == CharacterClass.Number;

    private static bool IsPunctuation(in CharacterMap map, int index) => map[index] == CharacterClass.Punctuation;

    private static bool IsNewline(in CharacterMap map, int index) => map.IsNewline(index);
}
