using System.Text;
using System.Text.Json;
using TeeTee.Inference.Tokenization.Splitting;

namespace TeeTee.Inference.HuggingFace;

/// <summary>Finds the name of tokenizer.ggml.pre for the pre_tokenizer of a tokenizer.json: by its exact parts, or not at all.</summary>
internal static class PreTokenizerRecognition
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string SpelledContractions = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private const string Words = @"|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <exception cref="HuggingFaceException">It is none that is built in; the message shows it.</exception>
    public static string Recognize(JsonSection tokenizer, JsonSection model, List<(string Left, string Right)> merges)
    {
        bool ignoresMerges = model.Flag("ignore_merges", false);
        JsonSection whole = tokenizer.FindObject("pre_tokenizer") ?? throw tokenizer.Fault("pre_tokenizer is missing");
        JsonSection[] parts = whole.FindText("type") == "Sequence"
            ? [.. whole.Items("pretokenizers").Select(part => new JsonSection(whole.File, whole.Stage, part, whole.Key("pretokenizers")))]
            : [whole];
        string? name = parts.Length > 0 && IsByteLevel(parts[^1]) ? Name(parts[..^1], parts[^1].Flag("use_regex", true)) : null;
        // Only Llama 3 takes a pre-token that is a token as it is; its pattern without that is another tokenizer (smaug-bpe).
        if (name is null || ignoresMerges != (name == "llama-bpe"))
            throw tokenizer.Fault($"the pre_tokenizer {JsonSection.Shown(whole.Element)} with ignore_merges {ignoresMerges} is not supported");
        if (name == "deepseek-llm" && IsDigits(parts[^2]))
            HuggingFaceMerges.RequireSingleDigits(model, merges);
        return name;
    }

    private static string? Name(JsonSection[] parts, bool gpt2)
    {
        if (gpt2)
            return parts is [] ? "gpt-2" : parts is [var digits] && (IsDigits(digits) || Pattern(digits) == @"\p{N}") ? "starcoder" : null;
        return parts switch
        {
            [var split] => Pattern(split) switch
            {
                Contractions + Words + @"\p{N}{1,3}" + Rest or SpelledContractions + Words + @"\p{N}{1,3}" + Rest => "llama-bpe",
                Contractions + Words + @"\p{N}" + Rest or SpelledContractions + Words + @"\p{N}" + Rest => "qwen2",
                _ => null,
            },
            [var lines, var letters, var symbols, var spaces, var ideographs, var digits]
                when Pattern(lines) is "[\r\n]" or @"[\r\n]"
                    && IsRun(letters, @"\s?", DeepSeekSets.CasedLetters) && IsRun(symbols, @"\s?", DeepSeekSets.Symbols)
                    && Pattern(spaces) == @"\s+$" && IsRun(ideographs, "", DeepSeekSets.Ideographs) && (IsDigits(digits) || Pattern(digits) == @"\p{N}+") => "deepseek-llm",
            _ => null,
        };
    }

    private static bool IsByteLevel(JsonSection part) => part.FindText("type") == "ByteLevel" && !part.Flag("add_prefix_space", true);

    private static bool IsDigits(JsonSection part) => part.FindText("type") == "Digits" && part.Flag("individual_digits", false);

    private static string? Pattern(JsonSection part) =>
        part.FindText("type") == "Split" && part.FindText("behavior") == "Isolated" && !part.Flag("invert", false)
            ? part.FindObject("pattern")?.FindText("Regex")
            : null;

    /// <summary>Whether a part splits runs of exactly this set of characters, [set]+ behind a prefix.</summary>
    private static bool IsRun(JsonSection part, string prefix, CodePointRanges set)
    {
        string? pattern = Pattern(part);
        if (pattern is null || !pattern.StartsWith(prefix + "[", StringComparison.Ordinal) || !pattern.EndsWith("]+", StringComparison.Ordinal))
            return false;
        List<(int First, int Last)> ranges = [];
        Rune[] body = [.. pattern[(prefix.Length + 1)..^2].EnumerateRunes()];
        for (int i = 0; i < body.Length; i++)
        {
            bool range = i + 2 < body.Length && body[i + 1].Value == '-';
            ranges.Add((body[i].Value, body[range ? i + 2 : i].Value));
            i += range ? 2 : 0;
        }
        return set.Equals(ranges);
    }
}
