using System.Text;
using System.Text.Json;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Inference.HuggingFace;

/// <summary>The merges of a BPE tokenizer in order: texts "left right", or pairs.</summary>
internal static class HuggingFaceMerges
{
    private const int MaxMerges = 1 << 22;

    public static List<(string Left, string Right)> Read(JsonSection model)
    {
        List<(string, string)> merges = [];
        foreach (JsonElement item in model.Items("merges"))
        {
            if (merges.Count == MaxMerges)
                throw model.Fault($"there are more than {MaxMerges} merges");
            merges.Add(ReadPair(model, item, merges.Count));
        }
        return merges;
    }

    /// <summary>
    /// Scores for SentencePiece's way of merging, which goes by the token that is made: the earlier its merges stand, the
    /// higher. Right only where all merges into one token stand together and no other pair makes a token, as in lists that
    /// were made from a SentencePiece model; others are refused.
    /// </summary>
    /// <exception cref="HuggingFaceException">The merges come from no SentencePiece model.</exception>
    public static float[] Scores(JsonSection model, HuggingFaceVocabulary vocabulary, List<(string Left, string Right)> merges)
    {
        Dictionary<int, int> groups = [];
        int last = -1;
        for (int rank = 0; rank < merges.Count; rank++)
        {
            string text = merges[rank].Left + merges[rank].Right;
            int id = vocabulary.Find(text) ?? throw model.Fault($"merge {rank} makes '{text}', which is no token");
            if (id != last && !groups.TryAdd(id, groups.Count))
                throw model.Fault($"the merges into '{text}' stand apart, so that they are not those of a SentencePiece model");
            last = id;
        }
        float[] scores = new float[vocabulary.Count];
        string[] texts = vocabulary.Texts;
        for (int id = 0; id < scores.Length; id++)
        {
            scores[id] = groups.TryGetValue(id, out int group) ? -group : -groups.Count;
            if (!groups.ContainsKey(id) && vocabulary.Types[id] == TokenType.Normal && CanBeMade(vocabulary, texts[id]))
                throw model.Fault($"token '{texts[id]}' has no merge, but SentencePiece would make it");
        }
        return scores;
    }

    /// <summary>
    /// GGUF's deepseek-llm leaves numbers whole, the tokenizer.json that it stands for takes them apart into digits: the same
    /// only as long as no merge joins digits.
    /// </summary>
    /// <exception cref="HuggingFaceException">A merge joins digits.</exception>
    public static void RequireSingleDigits(JsonSection model, List<(string Left, string Right)> merges)
    {
        int joined = merges.FindIndex(static merge => ByteAlphabet.ToBytes(Encoding.UTF8.GetBytes(merge.Left + merge.Right)) is byte[] bytes
            && Encoding.UTF8.GetString(bytes) is var text && text.EnumerateRunes().Skip(1).Any() && text.EnumerateRunes().All(Rune.IsNumber));
        if (joined >= 0)
            throw model.Fault($"merge {joined} joins digits ('{merges[joined].Left}{merges[joined].Right}'), which the pre-tokenizer deepseek-llm keeps apart");
    }

    /// <summary>Whether two neighbours that are characters or tokens make up a text.</summary>
    private static bool CanBeMade(HuggingFaceVocabulary vocabulary, string text)
    {
        for (int at = 0; at < text.Length;)
        {
            at += Rune.GetRuneAt(text, at).Utf16SequenceLength;
            if (at < text.Length && IsPart(vocabulary, text[..at]) && IsPart(vocabulary, text[at..]))
                return true;
        }
        return false;
    }

    private static bool IsPart(HuggingFaceVocabulary vocabulary, string text) =>
        Rune.GetRuneAt(text, 0).Utf16SequenceLength == text.Length || vocabulary.IsNormal(text);

    private static (string, string) ReadPair(JsonSection model, JsonElement item, int rank)
    {
        string key = $"{model.Key("merges")}[{rank}]";
        if (item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2)
            return Checked(model, key, model.TextOf(item[0], key), model.TextOf(item[1], key));
        string text = model.TextOf(item, key);
        int space = text.Length == 0 ? -1 : text.IndexOf(' ', 1);
        return space < 0 ? throw model.Fault($"{key} is no pair") : Checked(model, key, text[..space], text[(space + 1)..]);
    }

    private static (string, string) Checked(JsonSection model, string key, string left, string right) =>
        left.Length > 0 && right.Length > 0 ? (left, right) : throw model.Fault($"{key} has an empty half");
}
